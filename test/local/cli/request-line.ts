import { revocationPath, tokenPath } from '../../../lambda/protocol/contract.ts';
import type { Caller } from '../emulators/callers.ts';
import type { Answered } from '../emulators/gateway-emulator.ts';
import { verdictInWords } from './gateway-words.ts';
import type { AuditLine } from './tally.ts';

/**
 * One request: time, status, caller, what was asked, error and reason, cache status, duration and request id; below it, why
 * it failed. Nothing in it is secret.
 */
export function requestLines(
  answered: Answered,
  audit: AuditLine | undefined,
  callers: readonly Caller[],
  time = new Date(),
): string {
  const { caller, status, headers, durationMs, requestId, verdict } = answered;
  const parts = [
    time.toTimeString().slice(0, 8),
    String(status),
    caller?.principalArn.split('/').at(-1) ?? '(nobody)',
    ...whatWasAsked(answered, audit),
    ...outcome(answered, audit),
    headers['cache-status']?.replace('connect-token-vending; ', '') ?? '',
    `${Math.round(durationMs)} ms`,
    requestId,
  ];
  const below = [
    verdict === undefined ? said(answered) : `API Gateway: ${verdictInWords(verdict, caller, callers)}`,
    ...['cause', 'fault', 'table_fault'].map((name) => field(audit, name)),
  ];
  return [parts, ...below.filter((line) => line !== '').map((line) => ['        ', line])]
    .map((line) => line.filter((part) => part !== '').join('  '))
    .join('\n');
}

/** Whole audit lines are long: they are there on demand. */
export function auditInOneLine(audit: AuditLine | undefined): string {
  if (audit === undefined) return '          no audit line: the function has not answered';
  const { _aws, ...fields } = audit;
  return `          ${JSON.stringify(fields)}`;
}

function whatWasAsked({ method, path }: Answered, audit: AuditLine | undefined): string[] {
  if (method !== 'POST' || (path !== tokenPath && path !== revocationPath)) return [`${method} ${path}`];
  if (path === revocationPath) return ['revoke'];
  const scopes = audit?.['scopes'];
  if (!Array.isArray(scopes)) return [];
  return [scopes.length === 0 ? 'unscoped' : scopes.join(' ')];
}

/** An error and its reason, or what is left of a token's life. */
function outcome({ path, status, headers, body }: Answered, audit: AuditLine | undefined): string[] {
  const { error, expires_in: expiresIn } = parse(body);
  const reason = audit?.['reason'];
  const retryAfter = headers['retry-after'];
  if (status !== 200)
    return [
      String(error ?? ''),
      typeof reason === 'string' ? `reason ${reason}` : '',
      retryAfter === undefined ? '' : `Retry-After ${retryAfter} s`,
    ];
  return path === revocationPath ? ['revoked'] : [`expires in ${expiresIn} s`];
}

function said({ status, body }: Answered): string {
  return status === 200 ? '' : String(parse(body)['error_description'] ?? '');
}

function field(audit: AuditLine | undefined, name: string): string {
  const value = audit?.[name];
  return typeof value === 'string' ? `${name}: ${value}` : '';
}

function parse(body: string): Record<string, unknown> {
  try {
    return JSON.parse(body) as Record<string, unknown>;
  } catch {
    return {};
  }
}
