import { join } from 'node:path';
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { tableName } from '../local/emulators/dynamodb-emulator.ts';
import { buildByDefault } from './cold-start.ts';
import { cpuOfProcesses, importing, outputOfProcess, type Program, vendingOnce } from './fresh-process.ts';
import { proxyEvent, startHarness } from './harness.ts';
import type { Row } from './report.ts';

export const firstVends = 25;
/** So long that all else is little beside it. */
const latencyMs = 400;

type Harness = Awaited<ReturnType<typeof startHarness>>;
type Subject = { what: string; module: string; stored: () => Promise<unknown> };

/** CPU and calls of an instance's first vend, from the table and by a mint, against the plain handler's. */
export async function firstVend(): Promise<Row[]> {
  const harness = await startHarness();
  try {
    const plain = await buildByDefault(join(import.meta.dirname, 'plain-handler.ts'), harness.bundle);
    const ours = join(harness.bundle, 'vend-function.mjs');
    const subjects: Subject[] = [
      { what: 'plain handler', module: plain.module, stored: () => store(harness) },
      {
        what: '**vend function**',
        module: ours,
        stored: () => outputOfProcess(ending(vendingOnce(ours, proxyEvent())), harness.environment),
      },
    ];
    const rows: Row[] = [];
    let reference = Number.NaN;
    for (const subject of subjects) {
      const programs = programsOf(subject, harness);
      const costs = await cpuOfProcesses(programs, harness.environment, firstVends);
      if (Number.isNaN(reference)) reference = costs['start'] ?? Number.NaN;
      const ratio = (name: string) => ((costs[name] ?? Number.NaN) / reference).toFixed(2);
      rows.push({
        what: subject.what,
        start: ratio('start'),
        'and a vend from the table': ratio('table'),
        'and a vend by a mint': ratio('mint'),
        'calls, table': await calls(programs['table'] as Program, harness),
        'calls, mint': await calls(programs['mint'] as Program, harness),
      });
    }
    return rows;
  } finally {
    await harness.close();
  }
}

function programsOf({ module, stored }: Subject, { dynamodb }: Harness): Record<string, Program> {
  const vend = vendingOnce(module, proxyEvent());
  let isStored = false;
  const storeOnce = async () => {
    if (isStored) return;
    await dynamodb.clear();
    await stored();
    isStored = true;
  };
  const clear = async () => {
    isStored = false;
    await dynamodb.clear();
  };
  return {
    start: importing(module),
    table: { ...vend, before: storeOnce },
    mint: { ...vend, before: clear },
  };
}

/** What the plain handler finds there. */
function store({ dynamodb }: Harness): Promise<unknown> {
  const { scope } = JSON.parse((proxyEvent() as { body: string }).body) as { scope?: string };
  const Item = { pk: { S: scope ?? '' }, token: { S: 'stored' } };
  return dynamodb.administrator.send(new PutItemCommand({ TableName: tableName, Item }));
}

function ending({ code }: Program, output = ''): string {
  return `${code}
    process.stderr.write(${output || "''"});
    process.exit(0);`;
}

/** How many there are, and in how many steps: each call takes so long that the time tells. */
async function calls({ code, before }: Program, harness: Harness): Promise<string> {
  const { dynamodb, secretsManager, connect, environment } = harness;
  await before?.();
  for (const seen of [dynamodb.calls, secretsManager.reads, connect.requests]) seen.length = 0;
  for (const service of [dynamodb, secretsManager, connect])
    service.always({ kind: 'slow', milliseconds: latencyMs });
  const tookMs = Number(
    await outputOfProcess(ending({ code }, 'String(performance.now() - startedAt)'), environment),
  );
  for (const service of [dynamodb, secretsManager, connect]) service.always();
  const count = dynamodb.calls.length + secretsManager.reads.length + connect.requests.length;
  return `${count}, ${Math.floor(tookMs / latencyMs)} in sequence`;
}
