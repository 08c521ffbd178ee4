/** Of a list within a text: longer ones are cut, so that the text stays readable. */
const maxCharacters = 600;

/** The distinct items, sorted: as many as there is room for, and how many more there are. */
export function shortList(items: readonly string[]): string {
  const sorted = [...new Set(items)].sort();
  const shown: string[] = [];
  let characters = 0;
  for (const item of sorted) {
    characters += item.length + ', '.length;
    if (characters > maxCharacters) break;
    shown.push(item);
  }
  if (sorted.length === 0) return 'none';
  if (shown.length === 0) return `${sorted.length}, too long to list here`;
  const more = sorted.length - shown.length;
  return shown.join(', ') + (more > 0 ? ` and ${more} more` : '');
}
