import { UsageError } from '../../../infra/commands/command-line.ts';
import { ConfigurationError } from '../../../infra/files/problems.ts';
import { signedFetch } from '../emulators/signed-client.ts';
import { createClock } from '../instance/clock.ts';
import { verdictInWords } from './gateway-words.ts';
import { pointAtLocalConnect, startNamedConnect } from './local-connect.ts';
import { type LocalStack, startLocalStack } from './local-stack.ts';
import { help, type Options, readOptions } from './options.ts';
import { readSetup, type Setup } from './setup.ts';
import { stay } from './stay.ts';
import { theAnswer, theRecord, theRequest, whatRuns } from './story.ts';
import { strangersTo } from './strangers.ts';

const print = (text: string) => process.stdout.write(`${text}\n`);

/** Starts the whole system on this machine and vends one token with it. Returns the exit status. */
async function run(options: Options): Promise<number> {
  const setup = readSetup(options);
  const clock = createClock();
  const isPointed = options.policy === undefined || options.localConnect;
  const startConnect = isPointed ? pointAtLocalConnect : startNamedConnect;
  const local = await startConnect(setup.compiled, setup.secrets, { host: options.host, now: clock.now });
  const { policy, principals } = local.compiled;
  const { own, foreign } = strangersTo(policy, principals, setup.callers, setup.account);
  const strangers = [own, foreign];
  const running = await startLocalStack({
    policy: local.compiled,
    callers: [...setup.callers, ...strangers.filter((one) => !setup.callers.includes(one))],
    secrets: setup.secrets,
    account: setup.account,
    ...{ clock, port: options.port, host: options.host, instances: options.instances },
  });
  const { stack } = running;
  try {
    print(`\n${whatRuns(stack, local, options.instances)}`);
    const isReal = !policy.clients.every(local.isLocal);
    const token = await vend(running, setup, isReal);
    if (options.once) return token === undefined ? 1 : 0;
    await stay({ setup, local, stack, clock, strangers }, running, options, print);
    return 0;
  } finally {
    await Promise.all([stack.close(), local.connect?.close()]);
  }
}

/** Sends the request and prints what happens. Returns the token that the caller got. */
async function vend(
  { stack, auditOf, listen }: LocalStack,
  { first, callers }: Setup,
  isReal: boolean,
): Promise<string | undefined> {
  print(theRequest(stack.url, first));
  const { caller, body } = first;
  const verdicts: string[] = [];
  const end = listen(({ verdict }) => {
    if (verdict !== undefined) verdicts.push(verdictInWords(verdict, caller, callers));
  });
  const headers = { 'content-type': 'application/json' };
  const response = await signedFetch(stack.url, { method: 'POST', headers, body }, caller);
  end();
  const answer = (await response.json()) as Record<string, unknown>;
  print(theAnswer(response.status, response.headers, answer, isReal));
  const [verdict] = verdicts;
  if (verdict === undefined) print(theRecord(await auditOf(response.headers.get('x-amzn-requestid') ?? '')));
  else print(`API Gateway answered by itself: ${verdict}.\n`);
  return response.status === 200 ? String(answer['access_token']) : undefined;
}

/** The line for a mistake that the user can correct; undefined for a bug, which needs its stack trace. */
function explain(error: unknown): string | undefined {
  if (error instanceof UsageError || error instanceof ConfigurationError) return error.message;
  const { code, port, address, cause } = error as NodeJS.ErrnoException & { port?: number; address?: string };
  if (code === 'EADDRINUSE') return `Port ${port} of ${address} is taken: pass another with --port`;
  if (code === 'EACCES') return `You may not use port ${port} of ${address}: pass another with --port`;
  if (code === 'EADDRNOTAVAIL') return `--host ${address}: this machine has no such address`;
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
