import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type BenchOptions, benches } from './benches.ts';
import type { Chart } from './charts.ts';
import { machine, markdown } from './report.ts';

const help = `npm run bench -- [NAME…]

Measures, prints tables and, where no NAME is given, writes docs/benchmarks.md and the charts in docs/charts.

${Object.entries(benches)
  .map(([name, { title }]) => `  ${name.padEnd(8)} ${title}`)
  .join('\n')}
  --runtime-client FOLDER  where npm install --prefix FOLDER aws-lambda-ric was run: it is measured too
  --help   print this text
`;

type Wanted = { names: string[]; options: BenchOptions };

function wantedBenches(): Wanted | undefined {
  try {
    const { values, positionals } = parseArgs({
      options: { help: { type: 'boolean' }, 'runtime-client': { type: 'string' } },
      allowPositionals: true,
    });
    const unknown = positionals.find((name) => !Object.hasOwn(benches, name));
    if (unknown !== undefined) throw new Error(`No such bench: ${unknown}`);
    if (values.help !== true)
      return { names: positionals, options: { runtimeClient: values['runtime-client'] } };
    process.stdout.write(help);
  } catch (error) {
    process.stderr.write(`${(error as Error).message.split('. ')[0]}\n\n${help}`);
    process.exitCode = 2;
  }
  return undefined;
}

const docs = join(import.meta.dirname, '..', '..', 'docs');

async function measure({ names, options }: Wanted): Promise<void> {
  const sections: string[] = [];
  const charts: Chart[] = [];
  for (const [name, { title, words, rows: run, chart: draw }] of Object.entries(benches)) {
    if (names.length > 0 && !names.includes(name)) continue;
    const rows = await run(options);
    const chart = draw?.(rows);
    if (chart !== undefined) charts.push(chart);
    const section = markdown({ title, words, rows, chart });
    process.stdout.write(`${section}\n`);
    sections.push(section);
  }
  // Part of them is for work on one; the document is one run of all.
  if (names.length > 0) return;
  const head = `# Benchmarks\n\nWritten by \`npm run bench\` on ${machine()}. Every figure is a count or a ratio within one run.\n`;
  writeFileSync(join(docs, 'benchmarks.md'), [head, ...sections].join('\n'));
  for (const { file, svg } of charts) writeFileSync(join(docs, 'charts', file), svg);
}

const wanted = wantedBenches();
if (wanted !== undefined) await measure(wanted);
