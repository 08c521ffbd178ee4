import { once } from 'node:events';
import { join } from 'node:path';
import { type CompiledPolicy, readPolicy } from '../../../infra/policy/compile.ts';
import { PolicyError } from '../../../infra/policy/problems.ts';
import { readCallers, readSecrets, type Secrets, UsageError } from '../emulators/callers.ts';
import { startLambdaApi } from '../emulators/lambda-api.ts';
import { signedFetch } from '../emulators/signed-client.ts';
import { curlCommand, type FirstRequest, firstRequest } from './first-request.ts';
import { isLocal, type LocalConnect, pointAtLocalConnect, startNamedConnect } from './local-connect.ts';
import { type LocalStack, startLocalStack } from './local-stack.ts';
import { help, type Options, readOptions } from './options.ts';
import { heading, theAnswer, theRecord, theRefresh, theRequest, whatRuns } from './story.ts';
import { requestLine } from './tally.ts';

const examplePolicy = join(import.meta.dirname, 'policy.yaml');
const exampleSecrets = join(import.meta.dirname, 'secrets.yaml');
const refreshEvery = 15 * 60_000;
const print = (text: string) => process.stdout.write(`${text}\n`);

/** Boots the whole system on this machine and vends one token with it. Returns the exit status. */
async function run(options: Options): Promise<number> {
  const secretsFile = options.secrets ?? exampleSecrets;
  const secrets = readSecrets(secretsFile);
  const callers = readCallers(options.callers);
  const compiled = readPolicy(options.policy ?? examplePolicy);
  requireSecrets(compiled, secrets, secretsFile);
  if (options.policy !== undefined && options.secrets === undefined) refuseRealConnect(compiled);
  const request = firstRequest(compiled.policy, callers);
  if (request === undefined) {
    throw new UsageError(`${options.callers}: the policy grants nobody in it anything by client_credentials`);
  }
  const startConnect = options.policy === undefined ? pointAtLocalConnect : startNamedConnect;
  const local = await startConnect(compiled, secrets);
  const running = await startLocalStack(local, callers, secrets, options);
  try {
    print(`\n${whatRuns(running.stack, local.compiled.policy, options.instances)}`);
    const vended = await vend(running, local, request);
    if (options.once) return vended ? 0 : 1;
    await stay(running, request);
    return 0;
  } finally {
    await Promise.all([running.stack.close(), local.connect?.close()]);
  }
}

function requireSecrets({ policy }: CompiledPolicy, secrets: Secrets, file: string): void {
  for (const { name, secretId } of policy.clients) {
    if (Object.hasOwn(secrets, secretId)) continue;
    throw new UsageError(`${file}: has no ${secretId}, which the policy's client ${name} needs`);
  }
}

/** The example's pair opens nothing at Instacart, and is not to be tried there. */
function refuseRealConnect({ policy }: CompiledPolicy): void {
  const real = policy.clients.find((client) => !isLocal(client));
  if (real === undefined) return;
  throw new UsageError(
    `${real.baseUrl} is not on this machine: name its real credentials with --secrets FILE`,
  );
}

/** Sends the request, tells its story, and says whether a token came of it. */
async function vend(
  { stack, auditOf }: LocalStack,
  local: LocalConnect,
  request: FirstRequest,
): Promise<boolean> {
  print(theRequest(stack.url, request));
  const { caller, body } = request;
  const headers = { 'content-type': 'application/json' };
  const response = await signedFetch(stack.url, { method: 'POST', headers, body }, caller);
  const answer = (await response.json()) as Record<string, unknown>;
  const isReal = !local.compiled.policy.clients.every(isLocal);
  print(theAnswer(response.status, response.headers, answer, isReal));
  print(theRecord(await auditOf(response.headers.get('x-amzn-requestid') ?? '')));
  return response.status === 200;
}

async function stay({ stack, listen, summary }: LocalStack, request: FirstRequest): Promise<void> {
  const refresh = async () => print(theRefresh(await stack.refresh()));
  await refresh();
  const lambda = await startLambdaApi({ 'refresh-function': stack.refresh });
  const timer = setInterval(() => void refresh(), refreshEvery);
  const command = `npm run refresh -- --lambda ${lambda.url}`;
  print(`${heading('Do it yourself')}\n\n${curlCommand(stack.url, request)}\n\n${command}\n`);
  print('Every request is shown here. Ctrl-C ends it.\n');
  listen((answered) => print(requestLine(answered)));
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  clearInterval(timer);
  await lambda.close();
  print(`\n${summary()}`);
}

/** A mistake that whoever started this can mend is told in a line, not as a stack. */
function explain(error: unknown): string | undefined {
  if (error instanceof UsageError || error instanceof PolicyError) return error.message;
  const { code, port, cause } = error as NodeJS.ErrnoException & { port?: number };
  if (code === 'EADDRINUSE') return `Port ${port} of 127.0.0.1 is taken: name another one`;
  if (code === 'EACCES') return `Port ${port} of 127.0.0.1 is not for you to take: name another one`;
  // fetch talks to no port that is known for another protocol.
  if ((cause as Error | undefined)?.message === 'bad port') return '--port: HTTP clients refuse this one';
  return undefined;
}

try {
  const options = readOptions(process.argv.slice(2));
  if (options.help) print(help);
  else process.exitCode = await run(options);
} catch (error) {
  const mistake = explain(error);
  process.stderr.write(`${mistake ?? (error as Error).stack}\n`);
  // What was started before the mistake came up would keep the process alive.
  process.exit(mistake === undefined ? 1 : 2);
}
