import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BrokenServer } from '../support/broken-servers.ts';
import { expectNothingSecret } from '../support/leaks.ts';
import { createWorld, type World } from '../support/world.ts';
import { toldApart } from './told-apart.ts';

const evidence = [
  'reason',
  'mint',
  'attempts',
  'upstream_status',
  'upstream_error',
  'system_error',
  'failed_check',
];
const clientOf = (at: number) => `fault-${at}`;

describe('the audit line of a failed mint', () => {
  let servers: BrokenServer[];
  let world: World;
  /** What each fault's line says, by the fault. */
  let lines: Map<string, Record<string, unknown>>;

  // All at once, since one of them waits for the whole time of a mint.
  beforeAll(async () => {
    servers = await Promise.all(toldApart.map(([, start]) => start()));
    world = await createWorld('bundle', {
      clientsAt: Object.fromEntries(servers.map(({ url }, at) => [clientOf(at), url])),
    });
    const found = toldApart.map(async ([what], at) => {
      const answer = await world.ask('backOffice', { client_id: clientOf(at), scope: 'connect:fulfillment' });
      const line = await world.auditOf(answer);
      return [what, Object.fromEntries(evidence.map((name) => [name, line[name]]))] as const;
    });
    lines = new Map(await Promise.all(found));
  });
  afterAll(async () => {
    await world.close();
    await Promise.all(servers.map(({ close }) => close()));
  });

  it.each(toldApart)('says of %s what came back', (what, _start, attempts, { system_error, ...expected }) => {
    expect(lines.get(what)).toEqual({
      mint: expected.reason,
      attempts,
      ...expected,
      system_error:
        system_error instanceof RegExp ? expect.stringMatching(system_error) : (system_error as string),
    });
  });

  it('tells all of them apart, also without the number of attempts', () => {
    const table = [...lines].map(([fault, line]) => ({ fault, ...line }));
    // For the authors of a runbook.
    console.error(tableOf(table));
    const told = [...lines.values()].map((line) => JSON.stringify({ ...line, attempts: undefined }));
    expect(new Set(told).size).toBe(toldApart.length);
  });

  it('has nothing of a body, a header or an address in it', async () => {
    await expectNothingSecret(world, ['<html', 'login.example']);
    expect(world.lines.join('\n')).not.toMatch(/conect\.invalid|127\.0\.0\.1|https?:/);
  });
});

function tableOf(rows: ReadonlyArray<Record<string, unknown>>): string {
  const widths = ['fault', ...evidence].map((name) => ({
    name,
    width: Math.max(...[name, ...rows.map((row) => String(row[name] ?? ''))].map(({ length }) => length)),
  }));
  return [Object.fromEntries(widths.map(({ name }) => [name, name])), ...rows]
    .map((row) => widths.map(({ name, width }) => String(row[name] ?? '').padEnd(width)).join('  '))
    .join('\n');
}
