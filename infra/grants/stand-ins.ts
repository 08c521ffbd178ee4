/** A set of texts: `text` alone, or every text that begins with it. */
export type Pattern = { text: string; isPrefix: boolean };

export type Alphabet = { characters: readonly string[]; maxLength: number };

/**
 * A text that begins with `start`, is longer, and is in no pattern's set but those of `start`'s own beginnings: it stands
 * for all that only they cover. Undefined where there is no such text.
 */
export function unclaimedAfter(
  start: string,
  patterns: readonly Pattern[],
  alphabet: Alphabet,
): string | undefined {
  if (start.length >= alphabet.maxLength) return undefined;
  const longer = patterns.filter(({ text }) => text.length > start.length && text.startsWith(start));
  const taken = new Set(longer.map(({ text }) => text[start.length]));
  const free = alphabet.characters.find((character) => !taken.has(character));
  if (free !== undefined) return start + free;
  // Some pattern begins with every character: look behind each of them.
  for (const character of alphabet.characters) {
    const text = start + character;
    const same = longer.filter((pattern) => pattern.text === text);
    if (same.length === 0) return text;
    if (same.some(({ isPrefix }) => isPrefix)) continue;
    const found = unclaimedAfter(text, longer, alphabet);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** One text for each set of texts that the patterns tell apart, with the pattern that is closest to it. */
export function standInsFor<P extends Pattern>(
  patterns: readonly P[],
  alphabet: Alphabet,
): Array<{ text: string; closest: P }> {
  const found = new Map<string, P>();
  for (const pattern of patterns.toSorted((a, b) => Number(a.isPrefix) - Number(b.isPrefix))) {
    const { text, isPrefix } = pattern;
    const own = isPrefix ? [text, unclaimedAfter(text, patterns, alphabet)] : [text];
    for (const one of own) if (one !== undefined && one !== '' && !found.has(one)) found.set(one, pattern);
  }
  return [...found].map(([text, closest]) => ({ text, closest }));
}
