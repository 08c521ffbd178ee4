import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';

/** What can be wrong with an upstream. */
export type Fault =
  /** Answers with this; `body` as it is, if text. */
  | { kind: 'answer'; status: number; body?: object | string; headers?: Record<string, string> }
  /** A good answer with these fields replaced. */
  | { kind: 'altered'; fields: Record<string, unknown> }
  /** Milliseconds, then the real answer. */
  | { kind: 'slow'; milliseconds: number }
  /** Reads the request and never answers. */
  | { kind: 'hang' }
  /** Headers and half a body, then nothing. */
  | { kind: 'stall' }
  /** The connection is reset: before the request was read, after it, or after it was carried out. */
  | { kind: 'resetUnread' }
  | { kind: 'reset' }
  | { kind: 'resetDone' }
  /** The body ends before its content length. */
  | { kind: 'truncated' }
  /** So many bytes of JSON, gzipped or not. */
  | { kind: 'huge'; bytes: number; gzip?: boolean };

/** Answers the request as the fault says; false where the real answer should follow. */
export async function faultAnswer(
  fault: Fault,
  response: ServerResponse,
  carryOut: () => object | Promise<object>,
): Promise<boolean> {
  switch (fault.kind) {
    case 'answer': {
      const body = typeof fault.body === 'string' ? fault.body : JSON.stringify(fault.body ?? {});
      response.writeHead(fault.status, { 'content-type': 'application/json', ...fault.headers }).end(body);
      return true;
    }
    case 'altered':
      return answered(response, JSON.stringify({ ...(await carryOut()), ...fault.fields }));
    case 'slow':
      await sleep(fault.milliseconds);
      return false;
    case 'hang':
      return true;
    case 'stall':
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('{"access_token":');
      return true;
    case 'resetUnread':
    case 'reset':
      response.socket?.resetAndDestroy();
      return true;
    case 'resetDone':
      await carryOut();
      response.socket?.resetAndDestroy();
      return true;
    case 'truncated':
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '500' });
      response.write('{"access_token":"half', () => response.destroy());
      return true;
    case 'huge': {
      const text = JSON.stringify({ ...(await carryOut()), padding: 'x'.repeat(fault.bytes) });
      if (fault.gzip !== true) return answered(response, text);
      response
        .writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' })
        .end(gzipSync(text));
      return true;
    }
  }
}

function answered(response: ServerResponse, body: string): true {
  response.writeHead(200, { 'content-type': 'application/json' }).end(body);
  return true;
}
