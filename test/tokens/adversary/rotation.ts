import { pairText } from './models/connect-endpoint.ts';
import type { Rotation } from './schedule.ts';
import type { World } from './world.ts';

const slowMs = 2_000;
const rememberedMs = 6 * 60_000;

type Act = () => void;

/** Rotates the secret in two more acts, half of `gapMs` apart; not while the last rotation is under way. */
export function rotate(world: World, how: Rotation, gapMs: number): void {
  const { timeline, history, rotation } = world;
  if (timeline.now() < rotation.endsAt) return;
  rotation.endsAt = timeline.now() + gapMs;
  // A pair that an instance remembers costs a request more, and of a slow Connect there is time for one only.
  if (world.options.connectLatencyMs > slowMs) world.trouble.mishap('secret', rotation.endsAt + rememberedMs);
  const [now, later, last] = actsOf(world, how, gapMs);
  history.note(`the secret is rotated: ${how}, within ${gapMs} ms`);
  now();
  const note = (act: Act) => () => {
    history.note(`rotation ${how} goes on`);
    act();
  };
  timeline.schedule(timeline.now() + gapMs / 2, note(later));
  timeline.schedule(timeline.now() + gapMs, note(last));
}

function actsOf(world: World, how: Rotation, gapMs: number): [Act, Act, Act] {
  const { secrets, connect, rotation, timeline } = world;
  const old = rotation.pair;
  const number = ++rotation.count;
  const next = pairText(`application-${number}`, `secret-${number}`);
  const troubleUntil = (ms: number) => world.trouble.mishap('secret', timeline.now() + ms);
  const know = () => {
    connect.applications.add(next);
    rotation.pair = next;
  };
  const put = (text: string) => () => void secrets.put(text);
  const disable = () => void connect.applications.delete(old);
  const nothing = () => undefined;
  switch (how) {
    case 'connectFirst':
      return [know, put(next), disable];
    case 'secretFirst':
      // Until Connect knows the new pair, each mint needs the previous one.
      troubleUntil(gapMs / 2);
      return [put(next), know, disable];
    case 'disabledEarly':
      troubleUntil(gapMs);
      return [disable, know, put(next)];
    case 'wrongPair':
      troubleUntil(gapMs);
      return [put(next), nothing, put(old)];
    case 'wrongTwice':
      troubleUntil(gapMs);
      return [() => [put(next)(), put(next)()], nothing, put(old)];
    case 'samePair':
      return [put(old), nothing, nothing];
    case 'malformed':
      troubleUntil(gapMs);
      return [put('{client_id:typed,client_secret:in-a-shell}'), nothing, put(old)];
  }
}
