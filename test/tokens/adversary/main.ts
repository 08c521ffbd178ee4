import { parseArgs } from 'node:util';
import { type CheckOptions, check } from './check.ts';
import type { FrozenClock } from './instance.ts';
import { simulateOutage } from './outage.ts';
import { ruleNames } from './rules/judge.ts';
import { minute } from './scenario.ts';

const help = `npm run adversary -- [options]

Drives the functions as they are deployed on a virtual clock, before models of DynamoDB, Secrets Manager and Connect,
through random schedules of requests, faults, deaths, rotations and clocks that jump. Each answer is checked against the
rules of the contract. The first schedule that breaks one is shrunk and printed with what replays it; exit status 1.

  --runs N          schedules to try; 1000 by default
  --seed S          of the schedules; another one each time by default
  --path P          with the seed and the other options of a failure: replays that failure alone
  --frozen-clock C  stands or runs: what a monotonic clock does in a frozen instance; both by default
  --rule R          checks this rule only; may be repeated
  --ignore R        does not check this rule; may be repeated
  --outage          instead: half an hour in which Connect fails or hangs, with 20 and 100 instances, and what it costs
  --help            this

Rules: ${ruleNames.join(', ')}.`;

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '1000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000_000) },
    path: { type: 'string' },
    'frozen-clock': { type: 'string' },
    rule: { type: 'string', multiple: true, default: [] },
    ignore: { type: 'string', multiple: true, default: [] },
    outage: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) console.log(help);
else if (values.outage) await printOutages();
else process.exitCode = await main();

async function printOutages(): Promise<void> {
  for (const kind of ['failing', 'hanging'] as const) {
    for (const instances of [20, 100]) {
      const { requests, refusals, medianRefusalMs } = await simulateOutage({
        instances,
        kind,
        lastsMs: 30 * minute,
      });
      const median = medianRefusalMs.toFixed(0);
      console.log(
        `Connect ${kind}, ${instances} instances: ${requests} requests, ${refusals} refusals, in ${median} ms at the median`,
      );
    }
  }
}

async function main(): Promise<number> {
  const { rule, ignore } = values;
  const clock = values['frozen-clock'];
  const unknown = [...rule, ...ignore].find((name) => !ruleNames.includes(name));
  if (unknown !== undefined || (clock !== undefined && clock !== 'stands' && clock !== 'runs')) {
    console.error(unknown === undefined ? `--frozen-clock ${clock}: stands or runs` : `No rule ${unknown}.`);
    return 2;
  }
  const options: CheckOptions = {
    runs: Number(values.runs),
    seed: Number(values.seed),
    path: values.path,
    frozenClock: clock as FrozenClock | undefined,
    applies: (name) => (rule.length === 0 || rule.includes(name)) && !ignore.includes(name),
  };
  const startedAt = performance.now();
  const { runs, checked, failure } = await check(options);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  if (failure !== undefined) {
    console.log(`${failure.report}\n\nReplay: ${replay(failure.seed, failure.path)}\n`);
  }
  console.log(
    `${runs} runs, ${checked} vends checked, ${seconds} s, seed ${options.seed}: ${failure ? 'broken' : 'all well'}`,
  );
  return failure === undefined ? 0 : 1;
}

function replay(seed: number, path: string): string {
  const { rule, ignore, 'frozen-clock': clock } = values;
  const more = [
    ...rule.map((name) => `--rule '${name}'`),
    ...ignore.map((name) => `--ignore '${name}'`),
    ...(clock === undefined ? [] : [`--frozen-clock ${clock}`]),
  ];
  return ['npm run adversary -- --seed', seed, '--path', `'${path}'`, ...more].join(' ');
}
