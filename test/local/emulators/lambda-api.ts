import { type Listener, readBody, type Server, serve } from './server.ts';
import { type AccessKey, verifySignature } from './sigv4.ts';
import { refuseWebPages } from './web-pages.ts';
import { headerLists } from './wire.ts';

/** The port that `npm run refresh` uses by default. */
export const usualPort = 9701;

/** The operator of the local stack signs with this key, at Lambda and at Secrets Manager. */
export const operatorKey: AccessKey = {
  accessKeyId: 'local-operator',
  secretAccessKey: 'not-a-secret-local-operator',
};

type Functions = Record<string, (event: object) => Promise<unknown>>;

/** Lambda's Invoke, for functions that an operator invokes. It uses a free port where its own is taken. */
export async function startLambdaApi(functions: Functions, port = usualPort): Promise<Server> {
  const start = (on: number) => serve(refuseWebPages(invokeOf(functions)), on);
  return start(port).catch(() => start(0));
}

function invokeOf(functions: Functions): Listener {
  return async (request, response): Promise<void> => {
    const body = await readBody(request);
    const { method = '', url: target = '/' } = request;
    const expected = { service: 'lambda', region: 'us-east-1', keys: [operatorKey], now: Date.now() };
    const verdict = verifySignature(
      { method, target, headers: headerLists(request.rawHeaders), body },
      expected,
    );
    const send = (status: number, answer: unknown, headers = {}): void => {
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(JSON.stringify(answer));
    };
    if (verdict.kind !== 'signed') return send(403, { message: verdict.because });
    const name = /^\/2015-03-31\/functions\/([\w-]+)\/invocations$/.exec(target)?.[1] ?? '';
    const invoke = Object.hasOwn(functions, name) ? functions[name] : undefined;
    if (invoke === undefined) return send(404, { message: `No such function: ${name}` });
    try {
      send(200, await invoke(JSON.parse(body.toString('utf8'))));
    } catch (error) {
      send(200, { errorMessage: String(error) }, { 'x-amz-function-error': 'Unhandled' });
    }
  };
}
