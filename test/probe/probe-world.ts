import { vi } from 'vitest';
import { stringify } from 'yaml';
import { compilePolicy } from '../../infra/policy/compile.ts';
import type { Policy } from '../../lambda/policy/policy.ts';
import type { ProbeKind } from '../../lambda/probe/probe.ts';
import { startConnect } from '../local/emulators/connect-emulator.ts';
import { proberKey, startStack } from '../local/instance/system.ts';
import { canary } from '../support/canary.ts';
import { readEmbeddedMetrics } from '../support/embedded-metrics.ts';
import { goodPolicy } from '../support/policies.ts';

export type ProbeLine = Record<string, unknown> & { probe: ProbeKind };

export type ProbeWorldOptions = {
  /** Of Connect's tokens, in seconds. */
  lifetime?: number;
  /** What the bundle carries in place of the compiled policy. */
  spoil?: (policy: Policy) => Policy;
  keepWarm?: object;
};

const pair = { client_id: `acme-id-${canary}`, client_secret: `acme-secret-${canary}` };

/** The whole system with a prober, whose grants tests can spoil. */
export async function createProbeWorld({ lifetime, spoil, keepWarm }: ProbeWorldOptions = {}) {
  const connect = await startConnect({
    applications: [{ clientId: pair.client_id, clientSecret: pair.client_secret }],
    ...(lifetime !== undefined && { lifetime }),
  });
  const [grant] = goodPolicy().grants;
  const compiled = compilePolicy(
    stringify({
      ...goodPolicy(),
      clients: { acme: { secretName: 'connect/acme', baseUrl: connect.url } },
      grants: [{ ...grant, retailerIds: ['the-garden'] }],
      keepWarm: [keepWarm ?? { client: 'acme', scopes: ['connect:fulfillment'] }],
      prober: { role: 'arn:aws:iam::111122223333:role/ops/prober' },
    }),
    'policy.yaml',
  );
  const stack = await startStack({
    policy: { ...compiled, policy: spoil?.(compiled.policy) ?? compiled.policy },
    callers: [],
    secrets: { 'connect/acme': JSON.stringify(pair) },
  });
  const linesSince = (mark: number): ProbeLine[] =>
    stack.lines
      .slice(mark)
      .filter((line) => line.includes('"message":"probe"'))
      .map((line) => JSON.parse(line) as ProbeLine);

  /** One run of the probe function: what it returns, its lines by the kind of probe, and their metrics. */
  async function probe() {
    const mark = stack.lines.length;
    const verdicts = await stack.probe();
    // The function writes them before it returns, but from its own thread: they can arrive later.
    const lines = await vi.waitFor(
      () => {
        const written = linesSince(mark);
        if (written.length !== 2) throw new Error('A run has two lines');
        return written;
      },
      { interval: 2 },
    );
    const metrics = readEmbeddedMetrics(lines.map((line) => JSON.stringify(line)));
    return {
      verdicts,
      lines: lines.sort((one, other) => (one.probe < other.probe ? 1 : -1)),
      metrics: Object.fromEntries(metrics.map(({ name, value }) => [name, value])),
      measured: metrics,
    };
  }

  return {
    ...stack,
    connect,
    prober: compiled.policy.prober,
    probe,
    invokeProbe: stack.probe,
    /** Everything that no line may have in it. */
    secrets: () => [...connect.tokens.keys(), pair.client_id, pair.client_secret, proberKey.secretAccessKey],
    close: async () => {
      await Promise.all([stack.close(), connect.close()]);
    },
  };
}

export type ProbeWorld = Awaited<ReturnType<typeof createProbeWorld>>;
