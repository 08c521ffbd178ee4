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
    /** Whether its identity policy allows it to invoke the API, which callers of other accounts need. */
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

/** The secrets of the policy's clients, by name or ARN. */
export type Secrets = z.infer<typeof secretsSchema>;

export function readCallers(file: string): Caller[] {
  return readFile(file, schema);
}

export function readSecrets(file: string): Secrets {
  return readFile(file, secretsSchema);
}

/** An error that the user can correct. The message is for the user to read as it is. */
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

/** The ARN in `requestContext.identity`: of a role's session, which leaves the role's path out. */
export function userArnOf({ principalArn, sessionName = 'local-session' }: Caller): string {
  const [, partition, account, kind, name] = principal.exec(principalArn) ?? [];
  return kind === 'role'
    ? `arn:${partition}:sts::${account}:assumed-role/${name}/${sessionName}`
    : principalArn;
}

export function accountOf({ principalArn }: Caller): string {
  return principalArn.split(':')[4] ?? '';
}
