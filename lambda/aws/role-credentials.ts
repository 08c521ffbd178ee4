import { AwsFault } from './aws-fault.ts';

/** Lambda puts the keys of a function's role into its environment. They are read anew for each request. */
export async function roleCredentials() {
  // The variables are Lambda's, not the stack's.
  // biome-ignore lint/style/noProcessEnv: the role's keys are nowhere else
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = process.env;
  if (!(AWS_ACCESS_KEY_ID && AWS_SECRET_ACCESS_KEY)) throw new AwsFault('CredentialsProviderError');
  return {
    accessKeyId: AWS_ACCESS_KEY_ID,
    secretAccessKey: AWS_SECRET_ACCESS_KEY,
    ...(AWS_SESSION_TOKEN && { sessionToken: AWS_SESSION_TOKEN }),
  };
}
