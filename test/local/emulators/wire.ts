/** Node's flat list of raw headers, by lower-case name. */
export function headerLists(rawHeaders: readonly string[]): Record<string, string[]> {
  const names = pairs(rawHeaders).map(([name, value]) => [name.toLowerCase(), value] as const);
  const lists = Object.groupBy(names, ([name]) => name) as Record<string, Array<readonly [string, string]>>;
  return Object.fromEntries(
    Object.entries(lists).map(([name, list]) => [name, list.map(([, value]) => value)]),
  );
}

/** The same with names as they were written. */
export function pairs(rawHeaders: readonly string[]): Array<[string, string]> {
  const found: Array<[string, string]> = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2)
    found.push([rawHeaders[at] ?? '', rawHeaders[at + 1] ?? '']);
  return found;
}
