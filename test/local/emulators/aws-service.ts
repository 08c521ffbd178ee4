import type { IncomingHttpHeaders } from 'node:http';
import { type Fault, faultAnswer } from './faults.ts';
import { type Listener, readBody, type Server, serve } from './server.ts';
import { type Signer, verifySignature } from './sigv4.ts';
import { refuseWebPages } from './web-pages.ts';
import { headerLists } from './wire.ts';

export type AwsAnswer = { status: number; headers?: Record<string, string>; body: Buffer | object };

export type AwsServiceOptions = {
  /** The service's name in signatures. */
  service: 'dynamodb' | 'secretsmanager';
  /** The callers' keys. The service refuses requests that another key has signed. */
  keys: Signer[];
  contentType: 'application/x-amz-json-1.0' | 'application/x-amz-json-1.1';
  /** Records a request with a valid signature, before `answer` handles it. */
  seen: (operation: string, body: Buffer) => void;
  answer: (
    operation: string,
    body: Buffer,
    signed: { headers: IncomingHttpHeaders; accessKeyId: string },
  ) => Promise<AwsAnswer> | AwsAnswer;
};

/** An AWS service with a JSON protocol, on loopback, which verifies signatures and can be made to fail. */
export async function serveAws({ service, keys, contentType, seen, answer }: AwsServiceOptions): Promise<
  Server & {
    unexpected: string[];
    next: (...faults: Fault[]) => void;
    always: (fault?: Fault) => void;
  }
> {
  const unexpected: string[] = [];
  const state = { faults: [] as Fault[], standing: undefined as Fault | undefined };

  const listener: Listener = async (request, response) => {
    const send = ({ status, headers, body }: AwsAnswer) => {
      response.writeHead(status, { 'content-type': contentType, ...headers });
      response.end(Buffer.isBuffer(body) ? body : JSON.stringify(body));
    };
    try {
      const body = await readBody(request);
      const { method = '', url: target = '/', headers } = request;
      const signed = verifySignature(
        { method, target, headers: headerLists(request.rawHeaders), body },
        { service, region: 'us-east-1', keys, now: Date.now() },
      );
      if (signed.kind === 'MISSING_AUTHENTICATION_TOKEN')
        return send(awsError('MissingAuthenticationTokenException'));
      if (signed.kind !== 'signed') return send(awsError('InvalidSignatureException'));
      // SDK clients set their clock by it.
      const { now = Date.now } = keys.find(({ accessKeyId }) => accessKeyId === signed.accessKeyId) ?? {};
      response.setHeader('date', new Date(now()).toUTCString());
      const operation = String(headers['x-amz-target']).replace(/^\w+\./, '');
      const by = { headers, accessKeyId: signed.accessKeyId };
      seen(operation, body);
      const fault = state.faults.shift() ?? state.standing;
      const carryOut = async () => {
        const { body: carried } = await answer(operation, body, by);
        return (Buffer.isBuffer(carried) ? JSON.parse(carried.toString('utf8')) : carried) as object;
      };
      if (fault !== undefined && (await faultAnswer(fault, response, carryOut))) return;
      send(await answer(operation, body, by));
    } catch (error) {
      unexpected.push(String(error));
      throw error;
    }
  };
  const server = await serve(refuseWebPages(listener));

  return {
    ...server,
    unexpected,
    next: (...faults) => void state.faults.push(...faults),
    always: (fault) => {
      state.standing = fault;
    },
  };
}

/** An AWS service's error, as an answer and as a fault. */
export function awsError(name: string, status = 400, message = `${name} from the emulator`) {
  return {
    kind: 'answer',
    status,
    body: { __type: name, message },
    headers: { 'content-type': 'application/x-amz-json-1.1' },
  } as const satisfies Fault;
}
