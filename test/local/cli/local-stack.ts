import { setTimeout as sleep } from 'node:timers/promises';
import type { Answered } from '../emulators/gateway-emulator.ts';
import { type Stack, type StackOptions, startStack } from '../instance/system.ts';
import type { Secrets } from './secrets-file.ts';
import { type AuditLine, createTally, readAuditLine } from './tally.ts';

/** A stack that runs for hours must not keep them all. */
const keptLines = 1_000;

export type LocalStack = {
  stack: Stack;
  /** The function's audit line for a request; undefined if it never wrote one. */
  auditOf: (requestId: string) => Promise<AuditLine | undefined>;
  /** Passes every later answer to `listener`, until the function that it returns is called. */
  listen: (listener: (answered: Answered) => void) => () => void;
  /** One line about what the stack has done so far. */
  summary: () => string;
};

/** The stack, with its counts and its audit lines. */
export async function startLocalStack(
  options: Omit<StackOptions, 'secrets' | 'onLine' | 'onAnswer' | 'refusesWebPages'> & { secrets: Secrets },
): Promise<LocalStack> {
  const tally = createTally();
  const audits = new Map<string, AuditLine>();
  const listeners = new Set<(answered: Answered) => void>();
  const stack = await startStack({
    ...options,
    refusesWebPages: true,
    secrets: Object.fromEntries(
      Object.entries(options.secrets).map(([name, pair]) => [name, JSON.stringify(pair)]),
    ),
    onLine: (line) => {
      const audit = readAuditLine(line);
      if (audit === undefined) return;
      tally.audited(audit);
      audits.set(audit.request_id, audit);
      if (audits.size > keptLines) audits.delete(audits.keys().next().value ?? '');
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
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    summary: tally.summary,
  };
}
