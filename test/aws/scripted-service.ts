import type { IncomingMessage, ServerResponse } from 'node:http';
import { vi } from 'vitest';
import { createAwsClient } from '../../lambda/aws/aws-client.ts';
import type { AwsFault } from '../../lambda/aws/aws-fault.ts';
import { readBody, serve } from '../local/emulators/server.ts';
import { type AccessKey, verifySignature } from '../local/emulators/sigv4.ts';
import { headerLists } from '../local/emulators/wire.ts';

/** What the service does with one request. */
export type Answer = (response: ServerResponse) => void;

export type ScriptedService = Awaited<ReturnType<typeof startScriptedService>>;

export const roleKey = {
  accessKeyId: 'first-key',
  secretAccessKey: 'first-secret',
  sessionToken: 'first-session',
};

/** A service of AWS's that answers by a script, and refuses what is not signed well and by its own clock. */
export async function startScriptedService() {
  const requests: Array<{ at: number; headers: IncomingMessage['headers']; body: string; key: string }> = [];
  const state = { keys: [roleKey] as AccessKey[], aheadMs: 0, answers: [] as Answer[], otherwise: ok };
  const server = await serve(async (request, response) => {
    const at = performance.now();
    const body = await readBody(request);
    const { method = '', url: target = '/', headers } = request;
    const now = Date.now() + state.aheadMs;
    response.setHeader('date', new Date(now).toUTCString());
    const signed = verifySignature(
      { method, target, headers: headerLists(request.rawHeaders), body },
      { service: 'dynamodb', region: 'us-east-1', keys: state.keys, now },
    );
    const key = signed.kind === 'signed' ? signed.accessKeyId : signed.because;
    requests.push({ at, headers, body: body.toString('utf8'), key });
    const answer = state.answers.shift() ?? state.otherwise;
    if (signed.kind === 'signed') answer(response);
    else says(400, { __type: 'com.amazon.coral.service#InvalidSignatureException' })(response);
  });
  return { ...server, requests, state };
}

export const ok: Answer = (response) => says(200, { Item: { pk: { S: 'key' } } })(response);

export function says(status: number, body: object | string): Answer {
  return (response) => {
    response.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body));
  };
}

export const never: Answer = () => undefined;
export const reset: Answer = (response) => void response.socket?.resetAndDestroy();
export const endless: Answer = (response) => void response.writeHead(200).write('{"Item":');
export const cutShort: Answer = (response) => {
  response.writeHead(200, { 'content-length': '500' });
  response.write('{"Item":', () => response.destroy());
};

/** A client of that service, with the variables that Lambda would set. */
export function clientOf(
  url: string,
  { maxAttempts = 2, connectTimeoutMs = 200, responseTimeoutMs = 200 } = {},
) {
  setRole(roleKey);
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', url);
  const call = createAwsClient({
    service: 'dynamodb',
    targetPrefix: 'DynamoDB_20120810',
    jsonVersion: '1.0',
    endpointVariable: 'AWS_ENDPOINT_URL_DYNAMODB',
    maxAttempts,
    connectTimeoutMs,
    responseTimeoutMs,
  });
  return (signal = new AbortController().signal) => call('GetItem', { TableName: 'tokens' }, signal);
}

export function setRole(key: Partial<AccessKey>): void {
  vi.stubEnv('AWS_ACCESS_KEY_ID', key.accessKeyId);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', key.secretAccessKey);
  vi.stubEnv('AWS_SESSION_TOKEN', key.sessionToken);
}

/** The fault that a call ends with. Throws where it has an answer. */
export async function faultOf(calling: Promise<object>): Promise<{ name: string; message: string }> {
  const answer = await calling.catch((error: AwsFault) => error);
  if (!(answer instanceof Error)) throw new Error(`An answer: ${JSON.stringify(answer)}`);
  return { name: answer.name, message: answer.message };
}
