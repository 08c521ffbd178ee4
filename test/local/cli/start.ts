import { once } from 'node:events';
import { join } from 'node:path';
import { UsageError } from '../../../infra/commands/command-line.ts';
import { ConfigurationError } from '../../../infra/files/problems.ts';
import { type CompiledPolicy, readPolicy } from '../../../infra/policy/compile.ts';
import { startLambdaApi } from '../emulators/lambda-api.ts';
import { signedFetch } from '../emulators/signed-client.ts';
import { readCallers } from './callers-file.ts';
import { curlCommand, type FirstRequest, firstRequest, revocationOf } from './first-request.ts';
import { isLocal, type LocalConnect, pointAtLocalConnect, startNamedConnect } from './local-connect.ts';
import { type LocalStack, startLocalStack } from './local-stack.ts';
import { help, type Options, readOptions } from './options.ts';
import { readSecrets, type Secrets } from './secrets-file.ts';
import { heading, theAnswer, theProbe, theRecord, theRefresh, theRequest, whatRuns } from './story.ts';
import { requestLine } from './tally.ts';

const examplePolicy = join(import.meta.dirname, 'policy.yaml');
const exampleSecrets = join(import.meta.dirname, 'secrets.yaml');
const refreshEveryMs = 15 * 60_000;
const probeEveryMs = 5 * 60_000;
const print = (text: string) => process.stdout.write(`${text}\n`);

/** Starts the whole system on this machine and vends one token with it. Returns the exit status. */
async function run(options: Options): Promise<number> {
  const secretsFile = options.secrets ?? exampleSecrets;
  const secrets = readSecrets(secretsFile);
  const callers = readCallers(options.callers);
  const compiled = readPolicy(options.policy ?? examplePolicy, {
    target: 'local',
    today: new Date().toISOString().slice(0, 10),
  });
  requireSecrets(compiled, secrets, secretsFile);
  if (options.policy !== undefined && options.secrets === undefined) refuseRealConnect(compiled);
  const request = firstRequest(compiled.policy, callers);
  if (request === undefined) {
    throw new UsageError(
      `${options.callers}: the policy grants none of these callers a client_credentials token`,
    );
  }
  const startConnect = options.policy === undefined ? pointAtLocalConnect : startNamedConnect;
  const local = await startConnect(compiled, secrets);
  const running = await startLocalStack(local, callers, secrets, options);
  try {
    print(`\n${whatRuns(running.stack, local.compiled.policy, options.instances)}`);
    const token = await vend(running, local, request);
    if (options.once) return token === undefined ? 1 : 0;
    const isReal = !local.compiled.policy.clients.every(isLocal);
    const revoked = isReal || token === undefined ? 'TOKEN' : token;
    const revocation = revocationOf(revoked, request.client, local.compiled.policy, callers);
    await stay(running, [
      curlCommand(running.stack.url, request),
      ...(revocation ? [curlCommand(`${running.stack.url}/revoke`, revocation)] : []),
    ]);
    return 0;
  } finally {
    await Promise.all([running.stack.close(), local.connect?.close()]);
  }
}

function requireSecrets({ policy }: CompiledPolicy, secrets: Secrets, file: string): void {
  for (const { name, secretId } of policy.clients) {
    if (Object.hasOwn(secrets, secretId)) continue;
    throw new UsageError(`${file}: add ${secretId}, which the policy's client ${name} needs`);
  }
}

/** Instacart does not know the example's pair, so it must not be sent there. */
function refuseRealConnect({ policy }: CompiledPolicy): void {
  const real = policy.clients.find((client) => !isLocal(client));
  if (real === undefined) return;
  throw new UsageError(
    `${real.baseUrl} is not on this machine: pass its real credentials with --secrets FILE`,
  );
}

/** Sends the request and prints what happens. Returns the token that the caller got. */
async function vend(
  { stack, auditOf }: LocalStack,
  local: LocalConnect,
  request: FirstRequest,
): Promise<string | undefined> {
  print(theRequest(stack.url, request));
  const { caller, body } = request;
  const headers = { 'content-type': 'application/json' };
  const response = await signedFetch(stack.url, { method: 'POST', headers, body }, caller);
  const answer = (await response.json()) as Record<string, unknown>;
  const isReal = !local.compiled.policy.clients.every(isLocal);
  print(theAnswer(response.status, response.headers, answer, isReal));
  print(theRecord(await auditOf(response.headers.get('x-amzn-requestid') ?? '')));
  return response.status === 200 ? String(answer['access_token']) : undefined;
}

async function stay({ stack, listen, summary }: LocalStack, requests: string[]): Promise<void> {
  const refresh = async () => print(theRefresh(await stack.refresh()));
  const probe = async () => {
    const verdicts = await stack.probe();
    // Undefined where the policy has no prober.
    if (verdicts !== undefined) print(theProbe(verdicts));
  };
  await refresh();
  await probe();
  const lambda = await startLambdaApi({ 'refresh-function': stack.refresh });
  const timers = [
    setInterval(() => void refresh(), refreshEveryMs),
    setInterval(() => void probe(), probeEveryMs),
  ];
  const commands = [...requests, `npm run refresh -- --lambda ${lambda.url}`];
  print(`${[heading('Do it yourself'), ...commands].join('\n\n')}\n`);
  print('Every request appears here. Ctrl-C ends the stack.\n');
  listen((answered) => print(requestLine(answered)));
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  for (const timer of timers) clearInterval(timer);
  await lambda.close();
  print(`\n${summary()}`);
}

/** The line for a mistake that the user can correct; undefined for a bug, which needs its stack trace. */
function explain(error: unknown): string | undefined {
  if (error instanceof UsageError || error instanceof ConfigurationError) return error.message;
  const { code, port, cause } = error as NodeJS.ErrnoException & { port?: number };
  if (code === 'EADDRINUSE') return `Port ${port} of 127.0.0.1 is taken: pass another with --port`;
  if (code === 'EACCES') return `You may not use port ${port} of 127.0.0.1: pass another with --port`;
  // fetch refuses ports that belong to other protocols.
  if ((cause as Error | undefined)?.message === 'bad port')
    return '--port: HTTP clients refuse this port, pass another';
  return undefined;
}

// The reader of a pipe has seen enough, as head has.
process.stdout.on('error', () => process.exit());

try {
  const options = readOptions(process.argv.slice(2));
  if (options.help) print(help);
  else process.exitCode = await run(options);
} catch (error) {
  const mistake = explain(error);
  process.stderr.write(`${mistake ?? (error as Error).stack}\n`);
  // Servers that were started before the mistake showed would keep the process alive.
  process.exit(mistake === undefined ? 1 : 2);
}
