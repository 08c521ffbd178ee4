import { revocationPath } from '../../../lambda/protocol/contract.ts';
import type { Answered } from '../emulators/gateway-emulator.ts';

export type AuditLine = Record<string, unknown> & { request_id: string };

const operations: ReadonlySet<unknown> = new Set(['token request', 'token revocation']);

/** The function's audit line, if this is one of its log lines. */
export function readAuditLine(line: string): AuditLine | undefined {
  try {
    const fields = JSON.parse(line) as { message?: unknown; request_id?: unknown };
    if (!operations.has(fields.message) || typeof fields.request_id !== 'string') return undefined;
    return fields as AuditLine;
  } catch {
    return undefined;
  }
}

export type Tally = {
  answered: (answered: Answered) => void;
  audited: (line: AuditLine) => void;
  summary: () => string;
};

/** Counts vended tokens, mints, and refusals by status. */
export function createTally(): Tally {
  let vends = 0;
  let revocations = 0;
  let mints = 0;
  const refusals = new Map<number, number>();
  const levels = new Map<string, number>();
  return {
    answered({ status, path }) {
      if (status === 200 && path === revocationPath) revocations += 1;
      else if (status === 200) vends += 1;
      else refusals.set(status, (refusals.get(status) ?? 0) + 1);
    },
    audited(line) {
      if (line['mint'] === 'token') mints += 1;
      const level = line['cache'];
      if (typeof level === 'string') levels.set(level, (levels.get(level) ?? 0) + 1);
    },
    summary() {
      const refused = [...refusals]
        .sort(([a], [b]) => a - b)
        .map(([status, count]) => `${count} × ${status}`);
      const from = [...levels].map(([level, count]) => `${count} from ${level}`).join(', ');
      return `${vends} vended (${from || 'none'}), ${mints} minted for them, ${revocations} revoked, refused: ${refused.join(', ') || 'none'}`;
    },
  };
}
