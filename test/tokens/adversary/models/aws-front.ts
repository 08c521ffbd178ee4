import { signingTime } from '../../../local/emulators/signing-time.ts';
import { type HttpAnswer, type SentRequest, systemError } from '../http-globals.ts';
import type { Instance } from '../instance.ts';
import { callService } from '../service-call.ts';
import type { Timeline } from '../timeline.ts';

/** What a service makes of a request; undefined: no answer ever comes. */
export type Reply = { afterMs: number; status: number; body: object } | undefined;

export type AwsExchange = {
  timeline: Timeline;
  instance: Instance;
  sent: SentRequest;
  wayThereMs: number;
  /** Runs at the service, whatever has become of the caller. */
  carryOut: () => Reply;
};

/** AWS takes no signature whose time is further off. */
const maxSkewMs = 300_000;

/** One exchange with a service of AWS, which knows the true time and refuses what was signed at another. */
export function exchangeWithAws(exchange: AwsExchange): Promise<HttpAnswer> {
  const { timeline, instance, sent, wayThereMs, carryOut } = exchange;
  const isTimely = () => {
    const { atMs = Number.NaN } = signingTime({ 'x-amz-date': [sent.headers['x-amz-date'] ?? ''] }) ?? {};
    return Math.abs(atMs - timeline.now()) <= maxSkewMs;
  };
  return callService<HttpAnswer>({
    timeline,
    instance,
    wayThereMs,
    carryOut: () => {
      const reply = isTimely() ? carryOut() : failure('InvalidSignatureException', 5);
      if (reply === undefined) return undefined;
      const { afterMs, status, body } = reply;
      const headers = { date: new Date(timeline.now() + afterMs).toUTCString() };
      return { afterMs, answer: () => ({ status, headers, text: JSON.stringify(body) }) };
    },
    signal: sent.signal,
    aborted: () => systemError('ECONNRESET'),
    connectionLost: () => systemError('ECONNRESET'),
  });
}

export function failure(name: string, afterMs: number, status = 400): Reply {
  const body = { __type: `com.amazonaws#${name}`, message: `${name}, says the model` };
  return { afterMs, status, body };
}

/** The operation's name, and what is asked of it. */
export function readSent({ headers, body }: SentRequest): {
  operation: string;
  input: Record<string, unknown>;
} {
  const operation = headers['x-amz-target']?.split('.')[1] ?? '';
  return { operation, input: JSON.parse(body) as Record<string, unknown> };
}
