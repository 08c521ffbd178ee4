import { setTimeout as delay } from 'node:timers/promises';
import { serve } from '../local/emulators/server.ts';
import { canary } from '../support/canary.ts';
import { createWorld } from '../support/world.ts';

/** A token request as the function gets it, its fields from either content type. */
export type Seen = { fields: Record<string, unknown>; headers: Record<string, string> };

/** What to answer in place of the function: an error with this status, a 200 with this body, or one whose fields differ. */
export type Instead = {
  status?: number;
  retryAfter?: string;
  location?: string;
  body?: string;
  changes?: object;
  afterMs?: number;
};

type Result = { statusCode: number; headers?: object; body: string };

/** The whole service behind its gateway, which counts the requests that it lets in. */
export async function startTokenService() {
  const world = await createWorld('bundle');
  const state = { seen: [] as Seen[], instead: [] as Instead[], always: undefined as Instead | undefined };
  let onRequest: () => void = () => undefined;

  world.state.invoke = async (event) => {
    state.seen.push(seenOf(event as { body: string; headers: Record<string, string> }));
    onRequest();
    const instead = state.instead.shift() ?? state.always ?? {};
    const { status, body, changes = {}, afterMs } = instead;
    if (afterMs !== undefined) await delay(afterMs);
    if (status !== undefined) return failure(status, instead);
    const result = (await world.invoke(event)) as Result;
    return { ...result, body: body ?? JSON.stringify({ ...JSON.parse(result.body), ...changes }) };
  };

  return {
    world,
    url: world.url,
    seen: () => state.seen,
    /** The function answers from now on; nothing has been seen. */
    reset: () => {
      Object.assign(state, { seen: [], instead: [], always: undefined });
      onRequest = () => undefined;
    },
    /** The next requests get these answers, one each. */
    answerNext: (...instead: Instead[]) => state.instead.push(...instead),
    answerAlways: (instead: Instead) => {
      state.always = instead;
    },
    /** Called at each request, before its answer. */
    onRequest: (then: () => void) => {
      onRequest = then;
    },
    close: world.close,
  };
}

function failure(status: number, { retryAfter, location }: Instead): Result {
  const headers = {
    'content-type': 'application/json',
    ...(retryAfter !== undefined && { 'retry-after': retryAfter }),
    ...(location !== undefined && { location }),
  };
  const body = { error: 'an_error', error_description: 'What to change.', request_id: 'request-1' };
  return { statusCode: status, headers, body: JSON.stringify(body) };
}

function seenOf({ body, headers }: { body: string; headers: Record<string, string> }): Seen {
  const lower = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const isForm = lower['content-type']?.startsWith('application/x-www-form-urlencoded') === true;
  return {
    fields: isForm ? Object.fromEntries(new URLSearchParams(body)) : JSON.parse(body),
    headers: lower,
  };
}

/** A resource of Connect's that takes no token. */
export async function startRefusingApi() {
  const bearers: Array<string | undefined> = [];
  const server = await serve(({ headers }, response) => {
    bearers.push(headers.authorization);
    response.writeHead(401).end(JSON.stringify({ error: { message: `Unauthorized: ${canary}` } }));
  });
  // The Authorization header of each request.
  return { url: `${server.url}/v2/fulfillment/whoami`, bearers, close: server.close };
}
