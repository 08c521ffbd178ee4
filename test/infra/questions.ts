import { expect, it } from 'vitest';
import { evaluate, type Identity, type Verdict } from './evaluator.ts';
import { type Ask, item } from './sample-deployment.ts';

export type Row = [what: string, ask: Ask];
/** How AWS answers. `no`: nothing allows it. `forbidden`: a policy denies it, whatever else allows it. */
export const yes = 'Allowed';
export const no = 'ImplicitlyDenied';
export const forbidden = 'ExplicitlyDenied';

export function questions(who: Identity, verdict: Verdict, rows: Row[]): void {
  it.each(rows)(`${verdict}: %s`, async (_what, ask) => {
    expect(await evaluate({ who, ...ask })).toBe(verdict);
  });
}

/** One question about the token table for each of its actions. */
export function itemRows(names: readonly string[]): Row[] {
  return names.map((name) => [name, item(name)]);
}
