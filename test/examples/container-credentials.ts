import { serve } from '../local/emulators/server.ts';
import type { AccessKey } from '../local/emulators/sigv4.ts';
import { canary } from '../support/canary.ts';

/** Credentials of containers are a role's, which always have a session token. */
export type SessionKey = AccessKey & { sessionToken: string };

/**
 * The endpoint from which ECS and EKS Pod Identity give a container its credentials. The default chain of every AWS SDK
 * reads it.
 */
export async function startContainerCredentials() {
  const authorization = `authorization-${canary}`;
  const state = { key: undefined as SessionKey | undefined, lifeMs: 0 };
  const server = await serve((request, response) => {
    const { key, lifeMs } = state;
    const isKnown = request.headers.authorization === authorization;
    if (!isKnown || key === undefined) {
      response.writeHead(isKnown ? 404 : 401).end();
      return;
    }
    response.writeHead(200, { 'content-type': 'application/json' }).end(
      JSON.stringify({
        RoleArn: 'arn:aws:iam::111122223333:role/example',
        AccessKeyId: key.accessKeyId,
        SecretAccessKey: key.secretAccessKey,
        Token: key.sessionToken,
        Expiration: new Date(Date.now() + lifeMs).toISOString(),
      }),
    );
  });
  return {
    close: server.close,
    /** Whose credentials the endpoint gives from now on, and how long each answer is good for. */
    give: (key: SessionKey, lifeMs = 3_600_000) => {
      Object.assign(state, { key, lifeMs });
    },
    environment: {
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${server.url}/credentials`,
      AWS_CONTAINER_AUTHORIZATION_TOKEN: authorization,
    },
  };
}
