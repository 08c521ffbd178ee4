import type { IncomingMessage } from 'node:http';
import { type Listener, type Server, serve } from '../emulators/server.ts';
import { refuseWebPages } from '../emulators/web-pages.ts';

/** The port of the control server where it is free. */
const usualPort = 9702;
const longestWordBytes = 16 * 1024;

/** A press cannot be carried out. The message says what to write. */
export class WrongPress extends Error {
  override name = 'WrongPress';
}

/** Carries a press out, and says what is so from now on. Throws WrongPress. */
export type Press = (word: string) => Promise<string> | string;

export type Presses = Readonly<Record<string, Press>>;

type Said = { status: number; text: string };

/**
 * Lets a person press the doors of the stack: `GET /` lists them, `POST` to a path of `presses` presses one, with the body as
 * its word. A free port where the usual one is taken.
 */
export async function startControlServer(
  { list, presses }: { list: () => string; presses: Presses },
  host: string,
): Promise<Server> {
  const listener: Listener = async (request, response) => {
    const { status, text } = await answer(request, list, presses).catch(said);
    response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
  };
  const start = (port: number) => serve(refuseWebPages(listener, host), port, host);
  return start(usualPort).catch(() => start(0));
}

async function answer(request: IncomingMessage, list: () => string, presses: Presses): Promise<Said> {
  const { method, url: path = '/' } = request;
  const word = await readWord(request);
  if (word === undefined) return { status: 413, text: 'Write a shorter word: 16 kB at most' };
  if (method === 'GET' && path === '/') return { status: 200, text: list() };
  const press = Object.hasOwn(presses, path) ? presses[path] : undefined;
  if (press === undefined)
    return {
      status: 404,
      text: `No such door: ${path}. GET / lists them, POST ${Object.keys(presses).join(' ')}`,
    };
  if (method !== 'POST') return { status: 405, text: `Press it with POST: curl --request POST … ${path}` };
  return { status: 200, text: await press(word) };
}

/** Undefined where the body is too long. Reads such a body to its end, and keeps none of the rest. */
async function readWord(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= longestWordBytes) chunks.push(chunk);
  }
  return bytes > longestWordBytes ? undefined : Buffer.concat(chunks).toString('utf8').trim();
}

function said(error: unknown): Said {
  if (error instanceof WrongPress) return { status: 400, text: error.message };
  return { status: 500, text: String(error) };
}
