import type { Remembered } from './token-table.ts';

/** More revocations of one row within a token's life are not remembered. */
const maxRevoked = 10;

/** Both lists in one, the newest last; undefined once every token in it has ended. */
export function mergeRevoked(
  before: Remembered | undefined,
  added: Remembered | undefined,
  now: number,
): Remembered | undefined {
  const until = Math.max(before?.until ?? 0, added?.until ?? 0);
  if (until <= now) return undefined;
  const texts = new Set([...(before?.texts ?? []), ...(added?.texts ?? [])]);
  return { texts: [...texts].slice(-maxRevoked), until };
}

export function isRevoked(token: { sha256: string } | undefined, revoked: Remembered | undefined): boolean {
  return token !== undefined && revoked?.texts.includes(token.sha256) === true;
}
