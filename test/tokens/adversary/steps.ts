import { type Ask, type Identity, identities, keyOf } from './requests.ts';
import { rotate } from './rotation.ts';
import type { Step } from './schedule.ts';
import { spoil } from './spoil.ts';
import { jumpClock, type World } from './world.ts';

const maxMinTtlSeconds = 43_200;

type StepOf<Do extends Step['do']> = Extract<Step, { do: Do }>;

/** Makes one step of a schedule happen now. */
export function carryOutStep(world: World, step: Step): void {
  const slot = 'slot' in step ? step.slot % world.clocks.length : 0;
  switch (step.do) {
    case 'ask':
      for (let time = 0; time < step.times; time++) world.gateway.ask(slot, askOf(world, step));
      return;
    case 'stream':
      beginStream(world, step);
      return;
    case 'code':
      sendCode(world, slot, step);
      return;
    case 'fault':
      beginFault(world, step);
      return;
    case 'spoil':
      spoilItem(world, step);
      return;
    case 'kill':
      world.trouble.mishap('death');
      world.fleet.kill(slot);
      return;
    case 'jump':
      jumpClock(world, slot, step.byMs);
      return;
    case 'rotate':
      rotate(world, step.how, step.gapMs);
  }
}

function beginStream(
  { timeline, gateway, clocks, random }: World,
  { who, times, everyMs }: StepOf<'stream'>,
): void {
  const asked = { identity: identities[who] as Identity };
  for (let time = 0; time < times; time++)
    timeline.schedule(timeline.now() + time * everyMs, () =>
      gateway.ask(Math.floor(random() * clocks.length), asked),
    );
}

function sendCode({ codes, gateway }: World, slot: number, { again }: StepOf<'code'>): void {
  if (!again || codes.sent === 0) codes.sent += 1;
  gateway.ask(slot, { identity: identities[0] as Identity, code: `code-${codes.sent}` });
}

function beginFault(
  { trouble, history }: World,
  { target, kind, share, retryAfterSeconds, lastsMs }: StepOf<'fault'>,
): void {
  trouble.begin({ target, kind, share, retryAfterSeconds }, lastsMs);
  history.note(`${target}: ${kind} for ${lastsMs} ms, a share of ${share}`);
}

function spoilItem({ table: { items }, contents, trouble, history }: World, step: StepOf<'spoil'>): void {
  const key = spoil(items, step.how, step.at);
  if (key === undefined) return;
  contents.touched(key, items.get(key));
  trouble.mishap('item');
  history.note(`somebody spoils item ${key.slice(0, 12)}: ${step.how}`);
}

function askOf(world: World, { who, minTtlOfLife, refused }: StepOf<'ask'>): Ask {
  const identity = identities[who] as Identity;
  const lifeSeconds = world.options.tokens.lifetimeMs / 1000;
  const latest = refused === undefined ? undefined : world.gateway.latest(keyOf({ identity }));
  return {
    identity,
    ...(minTtlOfLife !== undefined && {
      minTtl: Math.min(Math.floor((lifeSeconds * minTtlOfLife) / 100), maxMinTtlSeconds),
    }),
    ...(latest !== undefined && { refusedSha256: latest.sha256 }),
  };
}
