/** Node's flat list of raw headers, by lower-case name. */
export function headerLists(rawHeaders: readonly string[]): Record<string, string[]> {
  const lists: Record<string, string[]> = {};
  for (const [name, value] of pairs(rawHeaders)) (lists[name.toLowerCase()] ??= []).push(value);
  return lists;
}

/** The same with names as they were written. */
export function pairs(rawHeaders: readonly string[]): Array<[string, string]> {
  const found: Array<[string, string]> = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) found.push([rawHeaders[at] ?? '', rawHeaders[at + 1] ?? '']);
  return found;
}
