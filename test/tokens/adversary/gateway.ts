import { type Exchange, readAnswer } from './exchange.ts';
import type { Fleet } from './fleet.ts';
import type { History } from './history.ts';
import type { Instance } from './instance.ts';
import type { Ending } from './invocation.ts';
import type { Ledger } from './ledger.ts';
import type { IssuedToken, IssuedTokens } from './models/issued-tokens.ts';
import { type Ask, eventFor, keyOf } from './requests.ts';
import type { Timeline } from './timeline.ts';

export type GatewayOptions = {
  timeline: Timeline;
  fleet: Fleet;
  history: History;
  ledger: Ledger;
  tokens: IssuedTokens;
  judge: (exchange: Exchange) => void;
};

/** API Gateway: passes requests on to the fleet, and has every answer judged. */
export function createGateway({ timeline, fleet, history, ledger, tokens, judge }: GatewayOptions) {
  const codes = new Map<string, number>();
  const latest = new Map<string, IssuedToken>();
  let lastVended: IssuedToken | undefined;
  const asked = new Map<string, { isCalm: boolean }>();

  function ask(slot: number, wanted: Ask): void {
    const number = ledger.counts.requests++;
    const identity = keyOf(wanted);
    const isCalm = wanted.minTtl === undefined && wanted.refusedSha256 === undefined;
    asked.set(identity, { isCalm: isCalm && asked.get(identity)?.isCalm !== false });
    if (wanted.code !== undefined) codes.set(wanted.code, (codes.get(wanted.code) ?? 0) + 1);
    const event = eventFor(wanted, number, timeline.now());
    const { instance } = fleet.send('vend', slot, event, number, (ending) => ended(number, ending));
    history.note(`request ${number} to ${instance.id}: ${textOf(wanted)}`);
    ledger.open.set(number, opened(number, wanted, identity, instance));
  }

  function opened(number: number, wanted: Ask, identity: string, instance: Instance): Exchange {
    return {
      number,
      ask: wanted,
      identity,
      instance,
      arrivedAt: timeline.now(),
      endedAt: timeline.now(),
      wallAtArrival: instance.wall(),
      wallAtEnd: instance.wall(),
      ending: { kind: 'crashed' },
      status: 0,
      body: {},
      audit: {},
      tableCalls: 0,
      secretReads: 0,
      connect: [],
      token: undefined,
    };
  }

  function ended(number: number, ending: Ending): void {
    const exchange = ledger.open.get(number) as Exchange;
    const { status, body } = readAnswer(ending);
    const token = tokens.byText.get(body.access_token ?? '');
    const times = { endedAt: timeline.now(), wallAtEnd: exchange.instance.wall() };
    Object.assign(exchange, { ending, status, body, token, ...times });
    ledger.open.delete(number);
    ledger.counts[status === 200 ? 'vends' : 'refusals'] += 1;
    if (token !== undefined) latest.set(exchange.identity, token);
    lastVended = token ?? lastVended;
    const vended = token?.text ?? exchange.audit['reason'] ?? ending.kind;
    history.note(`${exchange.instance.id} answers request ${number}: ${status} ${vended}`);
    judge(exchange);
  }

  return {
    ask,
    timesAsked: (code: string) => codes.get(code) ?? 0,
    /** The token of that identity that was vended last, whoever vended it. */
    latest: (identity: string) => latest.get(identity),
    lastVended: () => lastVended,
    /** Tokens that everybody has asked for without wishes. */
    calmIdentities: () => [...asked].filter(([, { isCalm }]) => isCalm).map(([identity]) => identity),
  };
}

function textOf({ identity, code, minTtl, refusedSha256 }: Ask): string {
  const wishes = [
    minTtl === undefined ? '' : `min_ttl ${minTtl}`,
    refusedSha256 === undefined ? '' : `refuses ${refusedSha256.slice(0, 8)}`,
  ];
  return [code ?? identity.name, ...wishes].filter((part) => part !== '').join(', ');
}
