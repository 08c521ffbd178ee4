import { once } from 'node:events';
import { startControlServer } from '../control/control-server.ts';
import { listDoors } from '../control/door.ts';
import { startLambdaApi } from '../emulators/lambda-api.ts';
import { allDoors, allPresses, type Running } from './all-doors.ts';
import type { LocalStack } from './local-stack.ts';
import type { Options } from './options.ts';
import { auditInOneLine, requestLines } from './request-line.ts';
import { heading, theDoors, theProbe, theRefresh } from './story.ts';

const refreshEveryMs = 15 * 60_000;
const probeEveryMs = 5 * 60_000;

type Print = (text: string) => void;

/** Runs the schedules, prints the doors, and then each request until Ctrl-C. */
export async function stay(
  running: Running,
  { listen, auditOf, summary }: LocalStack,
  options: Pick<Options, 'host' | 'audit'>,
  print: Print,
): Promise<void> {
  const endSchedules = await startSchedules(running, print);
  const lambda = await startLambdaApi({ 'refresh-function': running.stack.refresh });
  const addresses = { control: '', lambda: lambda.url };
  const doors = () => allDoors(running, addresses);
  const control = await startControlServer(
    { list: () => listDoors(doors()), presses: allPresses(running) },
    options.host,
  );
  addresses.control = control.url;
  print(theDoors(doors(), control.url));
  if (options.host === '0.0.0.0' || options.host === '::')
    print(`${heading('Warning')}: everybody in your network can press these doors, and ask for tokens.\n`);
  print('Every request appears here. Ctrl-C ends the stack.\n');
  const callers = [...running.setup.callers, ...running.strangers];
  listen(async (answered) => {
    const audit = answered.verdict === undefined ? await auditOf(answered.requestId) : undefined;
    const isWhole = options.audit && answered.verdict === undefined;
    print(requestLines(answered, audit, callers) + (isWhole ? `\n${auditInOneLine(audit)}` : ''));
  });
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  endSchedules();
  await Promise.all([lambda.close(), control.close()]);
  print(`\n${summary()}`);
}

/** Runs what EventBridge runs: once now, and then on schedule. */
async function startSchedules({ stack }: Running, print: Print): Promise<() => void> {
  const refresh = async () => print(theRefresh(await stack.refresh()));
  const probe = async () => {
    const verdicts = await stack.probe();
    // Undefined where the policy has no prober.
    if (verdicts !== undefined) print(theProbe(verdicts));
  };
  await refresh();
  await probe();
  const timers = [
    setInterval(() => void refresh(), refreshEveryMs),
    setInterval(() => void probe(), probeEveryMs),
  ];
  return () => {
    for (const timer of timers) clearInterval(timer);
  };
}
