const loopback = new Set(['localhost', '127.0.0.1', '[::1]']);

/** What is wrong with a client's `baseUrl`; undefined for an https origin, or an http one on loopback. */
export function baseUrlProblem(text: string): string | undefined {
  const url = parse(text);
  if (url === undefined) return 'must be the URL of a server: write https://connect.instacart.com';
  if (!isSecure(url)) {
    return `must be https (http on localhost, 127.0.0.1 or [::1] only): write https://${url.host || 'connect.instacart.com'}`;
  }
  if (text === url.origin || text === `${url.origin}/`) return undefined;
  return `must name the server only, without path, query or anything else: write ${url.origin}`;
}

/** What is wrong with a redirect URI; undefined for one that can be compared exactly. */
export function redirectUriProblem(text: string): string | undefined {
  const example =
    'write it as registered with Instacart, for example https://shop.example/instacart/callback';
  if (text.includes('*')) return `must be exact, without *: ${example}`;
  const url = parse(text);
  if (url === undefined) return `must be an absolute https URL: ${example}`;
  if (!isSecure(url)) return `must be https (http on localhost, 127.0.0.1 or [::1] only): ${example}`;
  if (text.includes('#')) return `must have no fragment: ${example}`;
  if (url.username !== '' || url.password !== '') return `must have no user name or password: ${example}`;
  return undefined;
}

/** Refuses what `new URL` would correct: it trims, and reads a backslash as a slash. */
function parse(text: string): URL | undefined {
  if (!/^https?:\/\/[\x21-\x5b\x5d-\x7e]{1,2000}$/.test(text)) return undefined;
  return URL.parse(text) ?? undefined;
}

function isSecure({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || loopback.has(hostname);
}
