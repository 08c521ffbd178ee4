import { hash } from 'node:crypto';
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { AwsClient } from 'aws4fetch';
import { runCommand, UsageError } from '../command-line.ts';
import { help, type Options, readOptions } from './options.ts';
import { readToken } from './read-token.ts';

const timeoutMs = 30_000;
const print = (text: string) => process.stdout.write(`${text}\n`);

/** Revokes the token on stdin, and says how to find out who was vended it. Returns the exit status. */
async function revoke(args: string[]): Promise<number> {
  // biome-ignore lint/style/noProcessEnv: the region of the shell, as every AWS tool reads it
  const options = readOptions(args, process.env['AWS_REGION']);
  if (options === undefined) {
    print(help);
    return 0;
  }
  const token = await readToken(process.stdin, process.stderr);
  const sha256 = hash('sha256', token);
  print(`SHA-256 of the token: ${sha256}\n`);
  const isRevoked = await send(options, token);
  print(whoWasVendedIt(sha256));
  return isRevoked ? 0 : 1;
}

async function send({ url, client, region }: Options, token: string): Promise<boolean> {
  const credentials = await defaultProvider()().catch((error: Error) => {
    throw new UsageError(`There are no AWS credentials: ${error.message}`);
  });
  // Never sent again by itself: the answer says whether to.
  const aws = new AwsClient({ ...credentials, service: 'execute-api', region, retries: 0 });
  const body = JSON.stringify({ ...(client !== undefined && { client_id: client }), token });
  const headers = { 'content-type': 'application/json' };
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const response = await aws.fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal });
    const requestId = response.headers.get('x-amzn-requestid') ?? 'none';
    print(`${outcomeOf(response.status, await response.text())} (request id ${requestId})`);
    return response.status === 200;
  } catch (error) {
    const { cause, name } = error as Error & { cause?: NodeJS.ErrnoException };
    print(`Nobody knows whether the token is revoked: ${cause?.code ?? name}. Try again.`);
    return false;
  }
}

const revokedText = `Revoked by Connect. If the audit line of this request says given_up = true, the last instance stops vending it within a
minute. If it says false although the service has vended the token, have one caller ask with refused_token_sha256`;

/** Of the service's own answer, or of what stands in its place. */
function outcomeOf(status: number, text: string): string {
  if (status === 200) return revokedText;
  const description = /"error_description":("(?:[^"\\]|\\.)*")/.exec(text)?.[1];
  const said = description === undefined ? 'the answer is not this service’s' : JSON.parse(description);
  return `Not revoked, or not known: HTTP ${status}: ${said}`;
}

function whoWasVendedIt(sha256: string): string {
  return `
Who was vended it, in CloudWatch Logs Insights over the stack's FunctionLogGroup:

    fields @timestamp, request_id, caller, client, scopes.0
    | filter message = "token request" and token_sha256 = "${sha256}" | sort @timestamp desc`;
}

await runCommand(revoke);
