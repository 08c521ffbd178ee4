import type { Attempt } from './attempt.ts';
import { pointerKey } from './cache-key.ts';
import type { Token } from './token.ts';
import type { Revision } from './token-table.ts';

const maxTries = 3;

/**
 * Writes down which row holds a token, for its revocation. A Connect that reissues tokens may give one to several rows of a
 * client: then all of them are named. Returns whether the row is named now.
 */
export async function point(
  { pointers, token: { key }, mintRequest, newRevision }: Attempt,
  { sha256, expiresAt }: Token,
): Promise<boolean> {
  pointers.reopen();
  const pointer = pointerKey(mintRequest.client, sha256);
  let rows = [key];
  let expected: Revision;
  // The first row's key names the write, so that a token which Connect reissues to it is pointed to by one call.
  let next = key;
  for (let tries = 0; tries < maxTries; tries++) {
    const row = { token: undefined, lease: undefined, forced: undefined };
    const heldIn = { texts: rows, until: expiresAt };
    const result = await pointers.replace(pointer, { ...row, heldIn }, { next, expected: [expected] });
    if (result !== 'lost') return result === 'replaced';
    const stored = await pointers.read(pointer);
    const others = stored?.row.heldIn?.texts ?? [];
    if (stored === undefined || others.includes(key)) return stored !== undefined;
    rows = [...others, key];
    expected = stored.revision;
    next = newRevision();
  }
  return false;
}
