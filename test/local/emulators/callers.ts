import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import * as z from 'zod';
import {
  accountIdRule,
  iamNameRule,
  partitionRule,
  sessionNameRule,
} from '../../../lambda/protocol/names.ts';

const principal = new RegExp(
  `^arn:(${partitionRule}):iam::(${accountIdRule}):(role|user)/(?:.+/)?(${iamNameRule})$`,
  'u',
);

const schema = z.array(
  z.strictObject({
    accessKeyId: z.string().min(1),
    secretAccessKey: z.string().min(1),
    sessionToken: z.string().min(1).optional(),
    /** With its path, as IAM has it. */
    principalArn: z.string().regex(principal, 'write arn:aws:iam::ACCOUNT:role/NAME or …:user/NAME'),
    sessionName: z
      .string()
      .regex(new RegExp(`^${sessionNameRule}$`, 'u'))
      .optional(),
    /** Whether an identity policy of its own lets it invoke the API: what callers of other accounts need. */
    identityPolicyAllows: z.boolean().optional(),
  }),
);

/** An access key, and the AWS identity that signs with it. */
export type Caller = z.infer<typeof schema>[number];

const secretsSchema = z.record(
  z.string(),
  z.strictObject({
    client_id: z.string().min(1, "write the client's id"),
    client_secret: z.string().min(1, "write the client's secret"),
  }),
);

/** What the secrets of the policy's clients hold, by name or ARN. */
export type Secrets = z.infer<typeof secretsSchema>;

export function readCallers(file: string): Caller[] {
  return readFile(file, schema);
}

export function readSecrets(file: string): Secrets {
  return readFile(file, secretsSchema);
}

/** An error that a user can mend: its message is all there is to say. */
export class UsageError extends Error {
  override name = 'UsageError';
}

function readFile<T>(file: string, of: z.ZodType<T>): T {
  const parsed = of.safeParse(parse(readText(file)));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new UsageError(`${file}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${(error as NodeJS.ErrnoException).code}`);
  }
}

/** As `requestContext.identity` has it: a role's session, without the role's path. */
export function userArnOf({ principalArn, sessionName = 'local-session' }: Caller): string {
  const [, partition, account, kind, name] = principal.exec(principalArn) ?? [];
  return kind === 'role'
    ? `arn:${partition}:sts::${account}:assumed-role/${name}/${sessionName}`
    : principalArn;
}

export function accountOf({ principalArn }: Caller): string {
  return principalArn.split(':')[4] ?? '';
}
