import { describe, expect, it } from 'vitest';
import { adopt, nothingKnown } from '../../lambda/tokens/known.ts';
import type { Known } from '../../lambda/tokens/plan.ts';
import type { Revision, Row } from '../../lambda/tokens/token-table.ts';
import { leaseOf, runningLease } from '../support/leases.ts';
import { day, hour, minute, second } from '../support/token-world.ts';
import { tokenOf } from '../support/tokens.ts';

const now = Date.UTC(2026, 0, 2);
const emptyRow: Row = { token: undefined, lease: undefined, forced: undefined };

/** What is known after the table has said that. */
function adopted(
  known: Partial<Known>,
  row: Partial<Row>,
  { revision }: { revision: Revision } = { revision: 'new' },
) {
  const after: Known = { ...nothingKnown(0), revision: 'old', ...known };
  const isNew = adopt(after, { kind: 'row', row: { ...emptyRow, ...row }, revision }, now);
  return { ...after, isNew };
}

const mine = tokenOf({ text: 'mine', firstSeenAt: now - hour });
const theirs = (firstSeenAt: number, more = {}) => tokenOf({ text: 'theirs', firstSeenAt, ...more });

describe("the table's token", () => {
  it.each<[string, Partial<Known>, Row['token'], string | undefined]>([
    ['replaces none', {}, theirs(now - 2 * hour), 'theirs'],
    [
      'replaces one that was shared, though its clock says it is older',
      { token: mine, isShared: true },
      theirs(now - 5 * hour),
      'theirs',
    ],
    [
      'replaces one that could not be written, if it is newer',
      { token: mine },
      theirs(now - hour + second),
      'theirs',
    ],
    [
      'replaces one that could not be written, if it is older by less than clocks differ',
      { token: mine },
      theirs(now - hour - minute + 1),
      'theirs',
    ],
    [
      'does not replace one that could not be written and is newer',
      { token: mine },
      theirs(now - hour - minute),
      'mine',
    ],
    [
      'does not replace a live one by an expired one',
      { token: mine, isShared: true },
      theirs(now - day),
      'mine',
    ],
    [
      'replaces an expired one, even by an expired one',
      { token: tokenOf({ firstSeenAt: now - day }) },
      theirs(now - day - hour),
      'theirs',
    ],
    [
      'replaces one that a clock far ahead has minted',
      { token: tokenOf({ firstSeenAt: now + 3 * day }) },
      theirs(now - hour),
      'theirs',
    ],
    [
      'that a clock far ahead has minted replaces no live one',
      { token: mine, isShared: true },
      theirs(now + 3 * day),
      'mine',
    ],
    ['that is gone leaves the one in memory', { token: mine, isShared: true }, undefined, 'mine'],
  ])('%s', (_what, known, token, expected) => {
    expect(adopted(known, { token }).token?.value.reveal()).toBe(expected);
  });

  it('is shared, and is new only where its value is', () => {
    expect(adopted({ token: mine }, { token: theirs(now) })).toMatchObject({ isShared: true, isNew: true });
    const again = { ...mine, expiresAt: mine.expiresAt - hour, reissuedAt: now };
    expect(adopted({ token: mine }, { token: again })).toMatchObject({
      token: again,
      isShared: true,
      isNew: false,
    });
  });

  it('that was not taken over leaves ours unwritten', () => {
    expect(adopted({ token: mine }, { token: theirs(now - day + second) })).toMatchObject({
      token: mine,
      isShared: false,
      isNew: false,
    });
  });
});

describe('a revocation in the table', () => {
  const revoked = (...tokens: Array<{ sha256: string }>) => ({
    texts: tokens.map(({ sha256 }) => sha256),
    until: now + day,
  });

  it('takes away the token that it names, also one that could not be written', () => {
    for (const isShared of [true, false]) {
      const { token } = adopted({ token: mine, isShared }, { revoked: revoked(mine) });
      expect(token).toBeUndefined();
    }
  });

  it('takes away every token of the table where the row has none now, though it names another', () => {
    const another = { revoked: revoked(theirs(now)) };
    expect(adopted({ token: mine, isShared: true }, another).token).toBeUndefined();
    expect(adopted({ token: mine, isShared: false }, another).token).toBe(mine);
    expect(adopted({ token: mine, isShared: true }, { ...another, token: mine }).token).toBe(mine);
  });

  it('outweighs a row that has the token again: a release without revocation wrote it', () => {
    expect(adopted({}, { token: mine, revoked: revoked(mine) }).token).toBeUndefined();
    expect(adopted({ revoked: revoked(mine) }, { token: mine }).token).toBeUndefined();
  });

  it('leaves a newer token, and is remembered where the row was emptied', () => {
    const after = adopted({ revoked: revoked(mine) }, { token: theirs(now) });
    expect([after.token?.value.reveal(), after.revoked]).toEqual(['theirs', revoked(mine)]);
  });

  it('is forgotten at its end, and of many in one row the oldest is', () => {
    const ended = { ...revoked(mine), until: now };
    expect(adopted({ token: mine }, { revoked: ended }).revoked).toBeUndefined();
    const many = Array.from({ length: 11 }, (_, at) => tokenOf({ text: `revoked-${at}` }));
    const { texts } = adopted({}, { revoked: revoked(...many) }).revoked ?? {};
    expect(texts).toEqual(many.slice(1).map(({ sha256 }) => sha256));
  });
});

describe("the table's lease", () => {
  const { seenAt: _, ...stored } = runningLease({ until: now + 12 * second });

  it('is dated when it was seen first', () => {
    expect(adopted({}, { lease: stored }).lease).toEqual({ ...stored, seenAt: now });
    const known = { lease: { ...stored, seenAt: now - second }, revision: 'new' };
    expect(adopted(known, { lease: stored }).lease?.seenAt).toBe(now - second);
  });

  it('replaces the one in memory, though it is none', () => {
    expect(adopted({ lease: leaseOf() }, {}).lease).toBeUndefined();
    expect(adopted({ lease: leaseOf() }, { lease: stored }).lease).toMatchObject(stored);
  });

  it('leaves the pause in memory that could not be written in its place', () => {
    const pause = leaseOf({ seenAt: now });
    expect(adopted({ lease: pause, revision: 'new' }, { lease: stored }).lease).toBe(pause);
    expect(adopted({ lease: pause, revision: undefined }, {}, { revision: undefined }).lease).toBe(pause);
  });
});

describe('a forced renewal', () => {
  const at = (time: number) => ({ at: time, cooldownMs: minute });
  it.each([
    ['in the table is taken over', undefined, at(now - hour), at(now - hour)],
    ['that is newer in the table is taken over', at(now - hour), at(now - minute), at(now - minute)],
    ['that is older in the table is not', at(now - minute), at(now - hour), at(now - minute)],
    ['that is gone from the table is remembered', at(now - minute), undefined, at(now - minute)],
  ])('%s', (_what, forced, stored, expected) => {
    expect(adopted({ forced }, { forced: stored }).forced).toEqual(expected);
  });
});

it('the revision is the one that was read, also where that is none', () => {
  expect(adopted({}, {}).revision).toBe('new');
  expect(adopted({}, {}, { revision: undefined }).revision).toBeUndefined();
});
