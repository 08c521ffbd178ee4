import { closestMatch } from 'leven';

/** The candidate that `word` was most likely meant to be; undefined where none is close. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const byPlainForm = new Map(candidates.map((candidate) => [plainForm(candidate), candidate]));
  const maxDistance = Math.max(2, Math.floor(word.length / 4));
  const match = closestMatch(plainForm(word), [...byPlainForm.keys()], { maxDistance });
  return match === undefined ? undefined : byPlainForm.get(match);
}

/** `grant_type`, `grant-type` and `GrantType` are the same mistake. */
function plainForm(word: string): string {
  return word.slice(0, 128).replaceAll(/[_-]/g, '').toLowerCase();
}
