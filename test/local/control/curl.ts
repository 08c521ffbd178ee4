import type { Caller } from '../emulators/callers.ts';

export type SignedRequest = { caller: Caller; body: string };

/** A command for any POSIX shell that sends such a request and shows the answer, with curl 7.86 or newer. */
export function curlCommand(url: string, { caller, body }: SignedRequest): string {
  return curlWith(url, caller, quote(body));
}

/** The same with `data` as the shell is to read it. */
export function curlWith(url: string, caller: Caller, data: string): string {
  return signing("curl --include --write-out '\\n'", url, caller, data);
}

/** A part of a command, which the shell replaces by the token that such a request is vended. */
export function tokenOf(url: string, { caller, body }: SignedRequest): string {
  return `$(${signing('curl --silent', url, caller, quote(body))} | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')`;
}

function signing(
  curl: string,
  url: string,
  { accessKeyId, secretAccessKey, sessionToken }: Caller,
  data: string,
): string {
  const parts = [
    `${curl} --aws-sigv4 aws:amz:us-east-1:execute-api`,
    `--user ${quote(`${accessKeyId}:${secretAccessKey}`)}`,
    ...(sessionToken === undefined ? [] : [`--header ${quote(`x-amz-security-token: ${sessionToken}`)}`]),
    `--header ${quote('content-type: application/json')}`,
    `--data ${data}`,
    quote(url),
  ];
  return parts.join(' \\\n    ');
}

/** A command for any POSIX shell that has programs sign as this caller. */
export function environmentOf(
  url: string,
  { accessKeyId, secretAccessKey, sessionToken }: Caller,
  connectUrl: string | undefined,
): string {
  const parts = [
    `export TOKEN_URL=${quote(url)} AWS_REGION=us-east-1`,
    ...(connectUrl === undefined ? [] : [`CONNECT_URL=${quote(connectUrl)}`]),
    `AWS_ACCESS_KEY_ID=${quote(accessKeyId)}`,
    `AWS_SECRET_ACCESS_KEY=${quote(secretAccessKey)}`,
    // Empty where the caller has none: the shell may have one of another key.
    `AWS_SESSION_TOKEN=${sessionToken === undefined ? '' : quote(sessionToken)}`,
  ];
  return parts.join(' \\\n    ');
}

export function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
