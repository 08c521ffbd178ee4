import { setTimeout as sleep } from 'node:timers/promises';
import type { Caller } from '../emulators/callers.ts';
import type { Answered } from '../emulators/gateway-emulator.ts';
import { type Stack, startStack } from '../instance/system.ts';
import type { LocalConnect } from './local-connect.ts';
import type { Secrets } from './secrets-file.ts';
import { type AuditLine, createTally, readAuditLine } from './tally.ts';

export type LocalStack = {
  stack: Stack;
  /** The function's audit line for a request; undefined if it never wrote one. */
  auditOf: (requestId: string) => Promise<AuditLine | undefined>;
  /** Passes every later answer to `listener`. */
  listen: (listener: (answered: Answered) => void) => void;
  /** One line about what the stack has done so far. */
  summary: () => string;
};

/** The stack, with its counts and its audit lines. */
export async function startLocalStack(
  { compiled }: LocalConnect,
  callers: readonly Caller[],
  secrets: Secrets,
  { port, instances }: { port: number; instances: number },
): Promise<LocalStack> {
  const tally = createTally();
  const audits = new Map<string, AuditLine>();
  const listeners: Array<(answered: Answered) => void> = [];
  const stack = await startStack({
    policy: compiled,
    callers,
    secrets: Object.fromEntries(Object.entries(secrets).map(([name, pair]) => [name, JSON.stringify(pair)])),
    port,
    instances,
    onLine: (line) => {
      const audit = readAuditLine(line);
      if (audit === undefined) return;
      tally.audited(audit);
      // Only the first request's line is needed; a stack that runs for hours must not keep them all.
      if (audits.size < 100) audits.set(audit.request_id, audit);
    },
    onAnswer: (answered) => {
      tally.answered(answered);
      for (const listener of listeners) listener(answered);
    },
  });
  return {
    stack,
    // The function writes the line before it answers, but from another thread: the line can arrive later.
    auditOf: async (requestId) => {
      for (let tries = 0; tries < 100 && !audits.has(requestId); tries++) await sleep(10);
      return audits.get(requestId);
    },
    listen: (listener) => {
      listeners.push(listener);
    },
    summary: tally.summary,
  };
}
