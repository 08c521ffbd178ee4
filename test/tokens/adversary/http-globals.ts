import { EventEmitter } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import type { Instance } from './instance.ts';
import { replace } from './stand-in.ts';

/** A request as an instance has sent it. The signal aborts when the instance gives it up. */
export type SentRequest = {
  url: URL;
  headers: Readonly<Record<string, string>>;
  body: string;
  signal: AbortSignal;
};

export type HttpAnswer = { status: number; headers: Readonly<Record<string, string>>; text: string };

export type AnswerHttp = (instance: Instance, sent: SentRequest) => Promise<HttpAnswer>;

/** Requests of Node's http and https, as far as the functions use them: each attempt is one. */
export function replaceHttp(answererOf: (instance: Instance) => AnswerHttp): void {
  for (const owner of [http, https])
    replace<[url: URL, options: { headers: Record<string, string> }]>(
      owner,
      'request',
      (instance, _self, url, { headers }) => {
        const emitter = new EventEmitter();
        const ending = new AbortController();
        const { signal } = ending;
        const end = (body: string) => {
          emitter.emit('socket', { connecting: false });
          answererOf(instance)(instance, { url, headers, body, signal }).then(
            (answer) => emitter.emit('response', responseOf(answer)),
            (error: unknown) => emitter.emit('error', error),
          );
        };
        return Object.assign(emitter, { end, destroy: () => ending.abort() });
      },
    );
}

function responseOf({ status, headers, text }: HttpAnswer): object {
  return {
    statusCode: status,
    headers,
    async *[Symbol.asyncIterator]() {
      yield Buffer.from(text);
    },
  };
}

/** As Node's sockets fail. */
export function systemError(code: string): Error {
  return Object.assign(new Error(`read ${code}`), { code });
}
