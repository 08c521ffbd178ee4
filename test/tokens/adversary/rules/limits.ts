import { tookMs } from '../exchange.ts';
import type { Rule } from './rule.ts';

/** From API Gateway's time of the request, with a cold start. */
const answeredWithinMs = 25_000 + 500;

/** Every request is answered, in time, by the function and not by what ends it. */
export const inTime: Rule = {
  name: 'in time',
  check: (exchange) => {
    const { ending, status } = exchange;
    if (ending.kind === 'timeout') return 'ended by Lambda’s timeout';
    if (ending.kind === 'threw') return `the handler threw ${String(ending.error)}`;
    if (ending.kind === 'crashed') return undefined;
    if (status === 0) return 'no answer that API Gateway could read';
    return tookMs(exchange) > answeredWithinMs
      ? `answered after ${Math.round(tookMs(exchange))} ms`
      : undefined;
  },
};

export const noBug: Rule = {
  name: 'no bug',
  check: ({ audit }) => (audit['reason'] === 'bug' ? 'the audit line says bug' : undefined),
};

/**
 * A request looks at the table a few times, and while it waits for another instance a few times a second. A call to a table in
 * trouble is two attempts, and each of them is counted.
 */
export const fewTableCalls: Rule = {
  name: 'few table calls',
  check: (exchange, { trouble }) => {
    const isWell = trouble.isFree('table', exchange.arrivedAt, exchange.endedAt);
    const most = (isWell ? 1 : 2) * (14 + (2 * tookMs(exchange)) / 200);
    return exchange.tableCalls > most ? `${exchange.tableCalls} requests to the table` : undefined;
  },
};
