import { Agent, type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import type { Handler } from './harness.ts';

/**
 * The least that a runtime client does for an invocation: get the event, parse it, call the handler, post the response.
 * Reads the same variables as AWS's runtime client.
 */
const { AWS_LAMBDA_RUNTIME_API: api = '', LAMBDA_TASK_ROOT: root = '', _HANDLER = '' } = process.env;
const [file = '', name = ''] = _HANDLER.split('.');
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

async function call(
  method: 'GET' | 'POST',
  path: string,
  body?: string,
): Promise<{ body: string; headers: IncomingMessage['headers'] }> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request(`http://${api}/2018-06-01/runtime/invocation/${path}`, { method, agent }, resolve)
      .on('error', reject)
      .end(body);
  });
  return { body: await text(response), headers: response.headers };
}

const handler = (await import(pathToFileURL(join(root, `${file}.mjs`)).href))[name] as Handler;
for (;;) {
  const { body, headers } = await call('GET', 'next');
  const deadlineMs = Number(headers['lambda-runtime-deadline-ms']);
  const awsRequestId = String(headers['lambda-runtime-aws-request-id']);
  const context = { awsRequestId, getRemainingTimeInMillis: () => deadlineMs - Date.now() };
  const result = await handler(JSON.parse(body) as object, context);
  await call('POST', `${awsRequestId}/response`, JSON.stringify(result));
}
