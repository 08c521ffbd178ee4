import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { costAtRest } from './at-rest.ts';
import { type Chart, mintsChart, rideThroughChart, warmVendChart } from './charts.ts';
import { coldStart, coldStarts } from './cold-start.ts';
import { coldMisses, outageRideThrough, simulateFleet } from './fleet.ts';
import { perRound, rounds } from './interleaved.ts';
import { machine, markdown, type Row } from './report.ts';
import { coldVends, sideBySide } from './side-by-side.ts';
import { clientRounds, invocationsPerRound, warmVendUnderClient } from './under-client.ts';
import { warmVend } from './warm-vend.ts';

type Bench = {
  title: string;
  words: string;
  rows: () => Promise<Row[]>;
  chart?: (rows: readonly Row[]) => Chart;
};

const benches: Record<string, Bench> = {
  warm: {
    title: 'CPU of a warm vend',
    words:
      'A vend from memory, log and metrics on, by the handler of the built bundle, against a handler that parses the body, ' +
      'writes one line and answers a constant: with the logger of Powertools for AWS Lambda, and with console.log of a ' +
      `JSON string. In process, interleaved, medians of ${rounds} rounds of ${perRound} calls. The parts are differences ` +
      'of the request from its sources with one part more each time, so they add up to about the whole.',
    rows: warmVend,
    chart: warmVendChart,
  },
  init: {
    title: 'CPU of a cold start',
    words:
      'A fresh process that imports the bundle, less an empty one, against one that imports a plain handler with Middy, full ' +
      'zod and both SDK clients as esbuild bundles it for Node by default. User and system time, medians of ' +
      `${coldStarts} interleaved runs.`,
    rows: coldStart,
  },
  others: {
    title: 'Side by side',
    words:
      'The same vend by what one would write instead: ready middlewares as their documents compose them, and a certified ' +
      'OAuth client in a plain handler, each with a token cache of its own instance, bundled by esbuild’s defaults. They ' +
      'check no policy, write no audit line, share no token and miss a rotation. CPU, as above: a cold start of this ' +
      `service = 1 (medians of ${coldVends}), and the constant handler with Powertools’ logger = 1 for a warm vend.`,
    rows: sideBySide,
  },
  fleet: {
    title: 'Ninety days of a fleet',
    words:
      'The real code on a virtual clock before a table in memory: instances that live two hours, 1 000 000 vends at random ' +
      'times, tokens of 24 hours. The theoretical minimum is a greedy schedule over the same arrivals, a new token only ' +
      'when the last has run out; for comparison, what one cache an instance would mint. A thousand instances see one ' +
      'vend in two hours each, so nearly every vend reads the table; ten see 93. The last two rows are of callers who all ' +
      'ask for a `min_ttl`. Dollars are for API Gateway, ' +
      'Lambda, its log, the table and reads of secrets, by `test/bench/prices.ts`; what is paid by the month (keys, ' +
      'secrets, alarms, metrics) is not in them.',
    rows: async () => [
      await simulateFleet(1),
      await simulateFleet(20),
      await simulateFleet(200),
      await simulateFleet(1, { instances: 100 }),
      await simulateFleet(1, { instances: 10 }),
      await simulateFleet(1, { instances: 1 }),
      await simulateFleet(1, { minTtlHours: 6 }),
      await simulateFleet(1, { minTtlHours: 12 }),
    ],
    chart: mintsChart,
  },
  rest: {
    title: 'A month at rest',
    words:
      'The stack of `infra/policy.yaml` while nobody calls, by the resources in its template and `test/bench/prices.ts`. A ' +
      'fleet that vends adds up to thirty metrics: one for each cache status and each reason that occurs.',
    rows: costAtRest,
  },
  cold: {
    title: 'A thousand cold misses at once',
    words: 'A thousand instances miss the same token at the same moment.',
    rows: coldMisses,
  },
  outage: {
    title: 'Connect is down',
    words:
      'From a random phase of a kept-warm token’s life; the refresh function runs every 15 minutes, three instances are ' +
      'asked every five. For comparison, a cache that asks for the next token when the last has run out.',
    rows: async () => [
      await outageRideThrough(90, 1_000),
      await outageRideThrough(4 * 60, 50),
      await outageRideThrough(8 * 60, 50),
      await outageRideThrough(16 * 60, 50),
      await outageRideThrough(24 * 60, 50),
    ],
    chart: rideThroughChart,
  },
};

const help = `npm run bench -- [NAME…]

Measures, prints tables and, where no NAME is given, writes docs/benchmarks.md and the charts in docs/charts.

${Object.entries(benches)
  .map(([name, { title }]) => `  ${name.padEnd(8)} ${title}`)
  .join('\n')}
  --help   print this text
`;

function wantedBenches(): string[] | undefined {
  try {
    const { values, positionals } = parseArgs({
      options: { help: { type: 'boolean' } },
      allowPositionals: true,
    });
    const unknown = positionals.find((name) => !Object.hasOwn(benches, name));
    if (unknown !== undefined) throw new Error(`No such bench: ${unknown}`);
    if (values.help !== true) return positionals;
    process.stdout.write(help);
  } catch (error) {
    process.stderr.write(`${(error as Error).message.split('. ')[0]}\n\n${help}`);
    process.exitCode = 2;
  }
  return undefined;
}

const docs = join(import.meta.dirname, '..', '..', 'docs');

async function measure(wanted: readonly string[]): Promise<void> {
  const sections: string[] = [];
  const charts: Chart[] = [];
  for (const [name, { title, words, rows: run, chart: draw }] of Object.entries(benches)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    const rows = await run();
    const chart = draw?.(rows);
    if (chart !== undefined) charts.push(chart);
    const section = markdown({ title, words, rows, chart });
    process.stdout.write(`${section}\n`);
    sections.push(section);
  }
  // Part of them is for work on one; the document is one run of all.
  if (wanted.length > 0) return;
  const head = `# Benchmarks\n\nWritten by \`npm run bench\` on ${machine()}. Every figure is a count or a ratio within one run.\n`;
  writeFileSync(join(docs, 'benchmarks.md'), [head, ...sections].join('\n'));
  for (const { file, svg } of charts) writeFileSync(join(docs, 'charts', file), svg);
}

const wanted = wantedBenches();
if (wanted !== undefined) await measure(wanted);
