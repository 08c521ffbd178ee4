import type { Exchange } from './exchange.ts';
import type { FrozenClock } from './instance.ts';
import type { TokenPolicy } from './models/issued-tokens.ts';
import { createJudge } from './rules/judge.ts';
import type { FaultKind, Target } from './trouble.ts';
import { createWorld, type World } from './world.ts';

export const second = 1_000;
export const minute = 60 * second;
export const hour = 60 * minute;
export const day = 24 * hour;

export type ScenarioOptions = {
  hosts?: number;
  aheadMs?: readonly number[];
  frozenClock?: FrozenClock;
  tokens?: Partial<TokenPolicy>;
  connectLatencyMs?: number;
  keepWarm?: boolean;
};

export type Scenario = World & { answers: Exchange[] };

/** A world whose faults are set by hand: it keeps every answer, and goes on after a violation. */
export function createScenario(options: ScenarioOptions = {}): Scenario {
  const { hosts = 1, frozenClock = 'stands', connectLatencyMs = 300, keepWarm = false } = options;
  const answers: Exchange[] = [];
  const judge = createJudge(() => true);
  const world = createWorld({
    seed: 1,
    frozenClock,
    aheadMs: options.aheadMs ?? Array.from({ length: hosts }, () => 0),
    tokens: { lifetimeMs: day, previous: 'kept', reuseLimit: 0, ...options.tokens },
    connectLatencyMs,
    keepWarm,
    stopsAtFirst: false,
    applies: () => true,
    judge: (exchange, of) => {
      answers.push(exchange);
      judge(exchange, of);
    },
  });
  return Object.assign(world, { answers });
}

export function beginFault(world: World, target: Target, kind: FaultKind, lastsMs: number, share = 1): void {
  world.trouble.begin({ target, kind, share }, lastsMs);
}

export function tokensOf(answers: readonly Exchange[]): Array<string | undefined> {
  return answers.map(({ token }) => token?.text);
}

/** Each status, and how often it was answered. */
export function statusesOf(answers: readonly Exchange[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

/** What was wrong, by rule. */
export function brokenRules(world: World): string[] {
  return [...new Set(world.history.violations.map(({ rule }) => rule))];
}
