type Headers = Readonly<Record<string, readonly string[]>>;

/** When the request was signed: as the string to sign has it (YYYYMMDDTHHMMSSZ), and in epoch milliseconds. */
export type SigningTime = { stamp: string; atMs: number };

/** `x-amz-date`, or `date` where that is missing; undefined where neither is a time. */
export function signingTime(headers: Headers): SigningTime | undefined {
  const [text = '', ...more] = headers['x-amz-date'] ?? headers['date'] ?? [];
  if (more.length > 0) return undefined;
  const isHttpDate = headers['x-amz-date'] === undefined && /^[A-Z][a-z]{2}, \d\d [A-Z].* GMT$/.test(text);
  const iso = text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z');
  const atMs = isHttpDate || iso !== text ? Date.parse(isHttpDate ? text : iso) : Number.NaN;
  if (Number.isNaN(atMs)) return undefined;
  return { stamp: new Date(atMs).toISOString().replace(/[-:]|\.\d+/g, ''), atMs };
}
