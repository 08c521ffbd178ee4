import { type Ask, identities, keyOf } from './requests.ts';
import { rotate } from './rotation.ts';
import type { Step } from './schedule.ts';
import { spoil } from './spoil.ts';
import type { World } from './world.ts';

const maxMinTtlSeconds = 7_200;

/** Makes one step of a schedule happen now. */
export function carryOutStep(world: World, step: Step): void {
  const { trouble, history, timeline, clocks } = world;
  const slot = 'slot' in step ? step.slot % clocks.length : 0;
  switch (step.do) {
    case 'ask': {
      for (let time = 0; time < step.times; time++) world.gateway.ask(slot, askOf(world, step));
      return;
    }
    case 'code': {
      const number = step.again ? Math.max(world.codes.sent, 1) : ++world.codes.sent;
      world.codes.sent = number;
      world.gateway.ask(slot, { identity: identities[0] as Ask['identity'], code: `code-${number}` });
      return;
    }
    case 'fault': {
      const { target, kind, share, retryAfterSeconds, lastsMs } = step;
      trouble.begin({ target, kind, share, retryAfterSeconds }, lastsMs);
      history.note(`${target}: ${kind} for ${lastsMs} ms, a share of ${share}`);
      return;
    }
    case 'spoil': {
      const { items } = world.table;
      const key = spoil(items, step.how, step.at);
      if (key === undefined) return;
      world.contents.touched(key, items.get(key));
      trouble.mishap('item');
      history.note(`somebody spoils item ${key.slice(0, 12)}: ${step.how}`);
      return;
    }
    case 'kill':
      trouble.mishap('death', timeline.now());
      world.fleet.kill(slot);
      return;
    case 'jump':
      world.jump(slot, step.byMs);
      return;
    case 'rotate':
      rotate(world, step.how, step.gapMs);
  }
}

function askOf(world: World, { who, minTtlOfLife, refused }: Extract<Step, { do: 'ask' }>): Ask {
  const identity = identities[who] as Ask['identity'];
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
