import { revocationPath, tokenPath } from '../../../lambda/protocol/contract.ts';
import { readArguments, UsageError } from '../command-line.ts';

export const help = `npm run revoke -- --url URL [options]

Revokes one token, which it reads from stdin: one line. Signs with your own AWS credentials, whose role a grant of the
policy must name with revoke: true.

  --url URL       the stack's output TokenUrl, or the API's root
  --client NAME   the client_id: the name of the token's client in the policy. Optional where the policy has one client
  --region R      the API's region, where the URL does not name it and AWS_REGION is another
  --help          print this text

Exit status: 0 revoked, 1 not or not known, 2 a mistake in the options or on stdin.`;

export type Options = { url: string; client: string | undefined; region: string };

/** Undefined: the user asks for help. Throws UsageError. */
export function readOptions(args: string[], environmentRegion: string | undefined): Options | undefined {
  const { values, positionals } = readArguments('npm run revoke --', {
    args,
    allowPositionals: true,
    options: {
      url: { type: 'string' },
      client: { type: 'string' },
      region: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  if (values.help === true) return undefined;
  if (positionals.length > 0)
    throw new UsageError(
      'Give the token on stdin, not as an argument: other users of this machine and the history of your shell would see it',
    );
  if (values.url === undefined) throw new UsageError('--url URL: write the stack’s output TokenUrl');
  const url = revocationUrl(values.url);
  const region = values.region ?? regionIn(url) ?? environmentRegion;
  if (region === undefined) throw new UsageError('--region R: the URL does not name the API’s region');
  return { url: url.href, client: values.client, region };
}

/** Of TokenUrl, of the revocation's own URL, or of what stands before both. */
function revocationUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isLoopback = url !== undefined && ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname);
  if (url?.protocol !== 'https:' && !isLoopback) throw new UsageError(`--url ${text}: write an https URL`);
  const path = url.pathname.replace(/\/+$/, '');
  const root = [revocationPath, tokenPath].find((known) => path.endsWith(known)) ?? '';
  url.pathname = `${path.slice(0, path.length - root.length)}${revocationPath}`;
  url.search = '';
  return url;
}

function regionIn({ hostname }: URL): string | undefined {
  return /\.execute-api\.([a-z0-9-]+)\./.exec(hostname)?.[1];
}
