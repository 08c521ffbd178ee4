import { createHash } from 'node:crypto';
import { createInterface } from 'node:readline';
import { inspect } from 'node:util';
import { ConnectTokenError, connectTokens } from '../../../examples/typescript/connect-token.ts';
import type { Command, Reply } from '../driver.ts';

/** Runs the kit for TypeScript. ../driver.ts has the protocol. */

let kit: ReturnType<typeof connectTokens> | undefined;

const sha256 = (token: string) => createHash('sha256').update(token).digest('hex');
const shown = (value: unknown) =>
  [String(value), JSON.stringify(value), inspect(value, { depth: 9, showHidden: true })].join('\n');

async function carryOut(command: Command): Promise<Reply> {
  if (command.do === 'new') {
    const { do: _, ...options } = command;
    kit = connectTokens(options);
    return { ready: true };
  }
  if (kit === undefined) throw new Error('There is no kit yet');
  if (command.do === 'token') return { sha256: await distinct(kit, command.times ?? 1) };
  if (command.do === 'call') return { status: (await kit.fetch(command.url)).status };
  if (command.do === 'show') return { shown: shown(kit) };
  const { code, redirectUri } = command;
  return { sha256: [sha256(await kit.exchangeCode({ code, redirect_uri: redirectUri }))] };
}

async function distinct({ token }: ReturnType<typeof connectTokens>, times: number): Promise<string[]> {
  const outcomes = await Promise.allSettled(Array.from({ length: times }, token));
  const failures = outcomes.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
  if (failures.length > 0 && failures.length < times) throw new Error('Some have a token, others do not');
  if (new Set(failures.map(String)).size > 1) throw new Error('Callers failed in different ways');
  if (failures.length > 0) throw failures[0];
  return [...new Set(outcomes.flatMap((one) => (one.status === 'fulfilled' ? sha256(one.value) : [])))];
}

function failed(error: unknown): Reply {
  if (!(error instanceof ConnectTokenError)) return { failed: { shown: shown(error) } };
  const { status, description, requestId, retryAfterSeconds } = error;
  return {
    failed: {
      ...(status !== undefined && { status }),
      ...(error.error !== undefined && { error: error.error }),
      ...(description !== undefined && { description }),
      ...(requestId !== undefined && { requestId }),
      ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
      shown: `${shown(error)}\n${error.stack}`,
    },
  };
}

for await (const line of createInterface({ input: process.stdin })) {
  const reply = await carryOut(JSON.parse(line) as Command).catch(failed);
  console.log(JSON.stringify(reply));
}
