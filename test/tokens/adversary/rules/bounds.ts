import type { Fault } from '../trouble.ts';
import type { World } from '../world.ts';
import { spreadMs } from './rule.ts';

const minuteMs = 60_000;
const perMinute = 20;

/** What is wrong with a whole run: each is a rule's name and what was seen. */
export function checkBounds(world: World): void {
  const { history, trouble } = world;
  const isCalm = !trouble.isAny() && spreadMs(world) <= 5_000;
  if (isCalm && world.options.tokens.previous !== 'reused') {
    for (const what of tooManyMints(world)) history.violate('few mints', what);
    const { requests } = world.connect;
    if (world.ledger.counts.secretReads > 2 * requests.length + refreshRuns(world) + 4)
      history.violate(
        'few reads',
        `${world.ledger.counts.secretReads} reads of the secret, ${requests.length} mints`,
      );
  }
  for (const fault of trouble.faults) {
    const seen = tooManyProbes(fault, world);
    if (seen !== undefined) history.violate('few requests in an outage', seen);
  }
}

/** Each records the age of the client's secret. */
function refreshRuns({ options, timeline, startsAt }: World): number {
  return options.keepWarm ? Math.ceil((timeline.now() - startsAt) / (15 * minuteMs)) : 0;
}

/** A token is minted when the last one is due, which is a fifth of its life or two hours ahead. */
function tooManyMints({ connect, options, timeline, gateway, startsAt }: World): string[] {
  const { lifetimeMs } = options.tokens;
  const spacingMs = (lifetimeMs - Math.min(2 * 60 * minuteMs, lifetimeMs * 0.2)) * 0.95;
  const spans = Math.floor((timeline.now() - startsAt) / spacingMs);
  // Each renewal ahead may be given up once, where Connect takes longer than it waits.
  const most = (options.connectLatencyMs > 1_200 ? 2 : 1) * (spans + 1) + 1;
  const found: string[] = [];
  for (const identity of gateway.calmIdentities()) {
    const sent = connect.requests.filter((request) => request.identity === identity).length;
    if (sent > most) found.push(`${sent} mints of ${identity} in ${spans} lives`);
  }
  return found;
}

/** While Connect is down, one instance tries at a time, twice a minute. */
function tooManyProbes({ target, kind, from, to, share }: Fault, world: World): string | undefined {
  if (target !== 'connect' || share < 1 || kind === 'slow' || kind === 'doubled' || to - from < 4 * minuteMs)
    return undefined;
  const end = Math.min(to, world.timeline.now());
  const isAlone = world.trouble.isFree('table', from - minuteMs, end) && spreadMs(world) <= 5_000;
  if (!isAlone || world.trouble.hadMishap(['item', 'death', 'clock', 'secret'], from - minuteMs, end))
    return undefined;
  const start = from + minuteMs;
  const sent = world.connect.requests.filter(({ at, code }) => code === undefined && at > start && at < end);
  const most = Math.ceil((perMinute * (end - start)) / minuteMs);
  return sent.length > most ? `${sent.length} requests in ${Math.round((end - start) / 1000)} s` : undefined;
}
