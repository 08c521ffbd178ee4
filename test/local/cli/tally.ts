import type { Answered } from '../emulators/gateway-emulator.ts';

export type AuditLine = Record<string, unknown> & { request_id: string };

/** The function's audit line, if this is one of its log lines. */
export function readAuditLine(line: string): AuditLine | undefined {
  try {
    const fields = JSON.parse(line) as { message?: unknown; request_id?: unknown };
    if (fields.message !== 'token request' || typeof fields.request_id !== 'string') return undefined;
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
  let mints = 0;
  const refusals = new Map<number, number>();
  const levels = new Map<string, number>();
  return {
    answered({ status }) {
      if (status === 200) vends += 1;
      else refusals.set(status, (refusals.get(status) ?? 0) + 1);
    },
    audited(line) {
      if (line['mint'] === 'token') mints += 1;
      const level = String(line['cache'] ?? '');
      if (line['status'] === 200) levels.set(level, (levels.get(level) ?? 0) + 1);
    },
    summary() {
      const refused = [...refusals]
        .sort(([a], [b]) => a - b)
        .map(([status, count]) => `${count} × ${status}`);
      const from = [...levels].map(([level, count]) => `${count} from ${level}`).join(', ');
      return `${vends} vended (${from || 'none'}), ${mints} minted for them, refused: ${refused.join(', ') || 'none'}`;
    },
  };
}

/** One line about a request, without anything secret. */
export function requestLine({ caller, method, path, status, body }: Answered): string {
  const time = new Date().toTimeString().slice(0, 8);
  const who = caller?.principalArn.split('/').at(-1) ?? '(nobody)';
  return `${time}  ${status}  ${method} ${path}  ${who}  ${outcomeOf(status, body)}`;
}

function outcomeOf(status: number, body: string): string {
  const said = JSON.parse(body) as Record<string, unknown>;
  if (status !== 200) return `${said['error']}: ${said['error_description']}`;
  return `${said['scope'] ?? 'unscoped'}, expires in ${said['expires_in']} s`;
}
