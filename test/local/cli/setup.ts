import { join } from 'node:path';
import { UsageError } from '../../../infra/commands/command-line.ts';
import { type CompiledPolicy, readPolicy } from '../../../infra/policy/compile.ts';
import type { Client } from '../../../lambda/policy/policy.ts';
import { type GrantedRequest, grantedRequests } from '../control/granted-requests.ts';
import { ownAccount } from '../emulators/authorisation.ts';
import type { Caller } from '../emulators/callers.ts';
import { readCallers } from './callers-file.ts';
import { isLocal } from './local-connect.ts';
import type { Options } from './options.ts';
import { callersOf } from './principal-callers.ts';
import { withRandomSecrets } from './random-secrets.ts';
import { readSecrets, type Secrets } from './secrets-file.ts';

const exampleCallers = join(import.meta.dirname, 'callers.yaml');
const examplePolicy = join(import.meta.dirname, 'policy.yaml');
const exampleSecrets = join(import.meta.dirname, 'secrets.yaml');

/** What the options and the files say, checked against each other. */
export type Setup = {
  compiled: CompiledPolicy;
  callers: readonly Caller[];
  secrets: Secrets;
  /** The API's. */
  account: string;
  /** The request with which the stack shows what it does. */
  first: GrantedRequest;
};

/** Throws UsageError and ConfigurationError. */
export function readSetup(options: Options): Setup {
  const callersFile = options.callers ?? (options.localConnect ? undefined : exampleCallers);
  const given = callersFile === undefined ? undefined : readCallers(callersFile);
  const secretsFile = options.secrets ?? exampleSecrets;
  const ofFile = options.localConnect ? undefined : readSecrets(secretsFile);
  const compiled = readPolicy(options.policy ?? examplePolicy, {
    target: 'local',
    today: new Date().toISOString().slice(0, 10),
  });
  const { policy, proberArn } = compiled;
  if (ofFile !== undefined) requireSecrets(compiled, ofFile, secretsFile);
  const real = options.policy === undefined || options.localConnect ? undefined : realClient(compiled);
  if (real !== undefined && options.secrets === undefined) refuseRealConnect(real);
  const account = options.account ?? (options.localConnect ? accountOfMost(compiled.principals) : ownAccount);
  const principals = compiled.principals.filter((arn) => arn !== proberArn);
  const readable = given ?? callersOf(principals, account);
  const callers =
    real !== undefined && options.callers === undefined ? withRandomSecrets(readable) : readable;
  const [first] = grantedRequests(policy, callers, 'client_credentials');
  if (first === undefined) throw new UsageError(nothingToAskFor(callersFile, options));
  return { compiled, callers, secrets: ofFile ?? madeUpSecrets(compiled), account, first };
}

function nothingToAskFor(callersFile: string | undefined, { policy = examplePolicy }: Options): string {
  return callersFile === undefined
    ? `${policy}: add a client_credentials grant, since the stack begins by asking for such a token`
    : `${callersFile}: the policy grants none of these callers a client_credentials token`;
}

function madeUpSecrets({ policy }: CompiledPolicy): Secrets {
  return Object.fromEntries(
    policy.clients.map(({ name, secretId }) => [
      secretId,
      { client_id: `example-${name}`, client_secret: `not-a-secret-${name}` },
    ]),
  );
}

function accountOfMost(principals: readonly string[]): string {
  const accounts = Map.groupBy(principals, (arn) => arn.split(':')[4] ?? '');
  const [most] = [...accounts].toSorted(([, a], [, b]) => b.length - a.length);
  return most?.[0] ?? ownAccount;
}

function requireSecrets({ policy }: CompiledPolicy, secrets: Secrets, file: string): void {
  for (const { name, secretId } of policy.clients) {
    if (Object.hasOwn(secrets, secretId)) continue;
    throw new UsageError(
      `${file}: add ${secretId}, which the policy's client ${name} needs, or start with --local-connect`,
    );
  }
}

function realClient({ policy }: CompiledPolicy): Client | undefined {
  return policy.clients.find((client) => !isLocal(client));
}

/** Instacart does not know the example's pair, so it must not be sent there. */
function refuseRealConnect({ baseUrl }: Client): never {
  throw new UsageError(
    `${baseUrl} is not on this machine: pass its real credentials with --secrets FILE, or --local-connect`,
  );
}
