/** Instacart's own hosts, and everything below them. */
const instacartRule = String.raw`(?:[a-z0-9_-]{1,63}\.)*instacart\.(?:com|tools)`;
/** The names of this machine that may be used with http. */
const loopbackRule = String.raw`(?:localhost|127\.0\.0\.1|\[::1\])`;
/** Everything that a machine finds on itself. */
const thisMachineRule = String.raw`(?:(?:[a-z0-9_-]{1,63}\.)*localhost|127(?:\.\d{1,3}){3}|0\.0\.0\.0|\[::1\])`;
/** The last part begins with a letter: `new URL` reads anything else as an IPv4 address. */
const nameRule = String.raw`(?:[a-z0-9_-]{1,63}\.)*[a-z][a-z0-9_-]{0,62}`;
const byteRule = String.raw`(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)`;
const hostRule = String.raw`(?:${nameRule}|(?:${byteRule}\.){3}${byteRule}|\[::1\])`;
const portRule = '(?:[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])';

/** A client's `baseUrl`. A scheme's own port is left out. */
export const baseUrlRule = `^(?:https://${hostRule}(?::(?!443/?$)${portRule})?|http://${loopbackRule}(?::(?!80/?$)${portRule})?)/?$`;

/** A `baseUrl` that needs no `otherHost`. */
export const ownHostRule = String.raw`^https?://(?:${instacartRule}|${thisMachineRule})(?::\d+)?/?$`;

/** The same in letters of either case. */
const anyCaseHostRule = hostRule.replaceAll('a-z', 'A-Za-z');

/** A redirect URI: printable ASCII without `*`, `#` and `\`, and no user name before its host. */
export const redirectUriRule = String.raw`^(?=.{9,2008}$)(?:https://${anyCaseHostRule}|http://${loopbackRule})(?::${portRule})?(?:[/?][\x21\x22\x24-\x29\x2b-\x5b\x5d-\x7e]*)?$`;

const baseUrlPattern = new RegExp(baseUrlRule);
const ownHostPattern = new RegExp(ownHostRule);
const thisMachinePattern = new RegExp(String.raw`^https?://${thisMachineRule}(?::\d+)?/?$`);
const redirectUriPattern = new RegExp(redirectUriRule);

/** What is wrong with a client's `baseUrl`; undefined for an https origin, or an http one on loopback. */
export function baseUrlProblem(text: string): string | undefined {
  const noServer = 'must be the URL of a server: write https://connect.instacart.com';
  const url = parse(text);
  if (url === undefined) return noServer;
  if (!isSecure(url)) {
    return `must be https (http on localhost, 127.0.0.1 or [::1] only): write https://${url.host || 'connect.instacart.com'}`;
  }
  if (text !== url.origin && text !== `${url.origin}/`) {
    return `must name the server only, without path, query or anything else: write ${url.origin}`;
  }
  if (url.hostname.endsWith('.')) {
    return `must have no dot at the end of its host: write ${url.origin.replace(/\.(?=:|$)/, '')}`;
  }
  return baseUrlPattern.test(text) ? undefined : noServer;
}

/** Whether a `baseUrl` is Instacart's or on this machine: no other host gets a client's secret unsaid. */
export function isOwnHost(baseUrl: string): boolean {
  return ownHostPattern.test(baseUrl);
}

export function isOnThisMachine(baseUrl: string): boolean {
  return thisMachinePattern.test(baseUrl);
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
  return redirectUriPattern.test(text) ? undefined : `must be an absolute https URL: ${example}`;
}

/** Refuses what `new URL` would correct: it trims, and reads a backslash as a slash. */
function parse(text: string): URL | undefined {
  if (!/^https?:\/\/[\x21-\x5b\x5d-\x7e]{1,2000}$/.test(text)) return undefined;
  return URL.parse(text) ?? undefined;
}

function isSecure({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || new RegExp(`^${loopbackRule}$`).test(hostname);
}
