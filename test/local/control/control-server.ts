import type { IncomingMessage } from 'node:http';
import { readBody, type Server, serve } from '../emulators/server.ts';

/** The port of the control server where it is free. */
const usualPort = 9702;

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
  const start = (port: number) =>
    serve(
      async (request, response) => {
        const { status, text } = await answer(request, list, presses).catch(said);
        response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
      },
      port,
      host,
    );
  return start(usualPort).catch(() => start(0));
}

async function answer(request: IncomingMessage, list: () => string, presses: Presses): Promise<Said> {
  const { method, url: path = '/', headers } = request;
  // A page that the person has open in a browser is not the person.
  if (headers.origin !== undefined) return { status: 403, text: 'Doors are not for web pages: use curl' };
  const word = (await readBody(request)).toString('utf8').trim();
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

function said(error: unknown): Said {
  if (error instanceof WrongPress) return { status: 400, text: error.message };
  return { status: 500, text: String(error) };
}
