/** A request as it came in, header names in lower case. */
export type SignedRequest = {
  method: string;
  /** Path and query as they were on the wire. */
  target: string;
  headers: Readonly<Record<string, readonly string[]>>;
  body: Buffer;
};

/**
 * The canonical request of Signature Version 4, made of the headers that the request itself says it signed. Source: IAM
 * User Guide, "Create a signed AWS API request".
 */
export function canonicalRequest(
  { method, target, headers }: SignedRequest,
  names: readonly string[],
  bodyHash: string,
): string {
  const [path = '/', ...query] = target.split('?');
  const lines = names.map(
    (name) => `${name}:${(headers[name] ?? []).map((value) => value.trim().replace(/ +/g, ' ')).join(',')}`,
  );
  return [
    method,
    canonicalPath(path),
    canonicalQuery(query.join('?')),
    ...lines,
    '',
    names.join(';'),
    bodyHash,
  ].join('\n');
}

/** Every service but S3 has each part of the path escaped once more than it was on the wire. */
function canonicalPath(path: string): string {
  return path.split('/').map(percentEncode).join('/');
}

function canonicalQuery(query: string): string {
  if (query === '') return '';
  const pairs = query.split('&').map((pair) => {
    const [name = '', ...value] = pair.split('=');
    return [name, value.join('=')].map((part) => percentEncode(decode(part))) as [string, string];
  });
  return pairs
    .sort(([a, x], [b, y]) => compare(a, b) || compare(x, y))
    .map((pair) => pair.join('='))
    .join('&');
}

/** What is no encoding stays as it is, and no signature will match it. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function percentEncode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
