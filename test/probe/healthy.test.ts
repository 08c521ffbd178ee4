import { describe, expect, it, onTestFinished } from 'vitest';
import { proberKey } from '../local/instance/system.ts';
import { createProbeWorld, type ProbeWorldOptions } from './probe-world.ts';

async function worldWith(options: ProbeWorldOptions = {}) {
  const world = await createProbeWorld(options);
  onTestFinished(() => world.close());
  return world;
}

describe('the prober of a healthy service', () => {
  it('is vended the token that is kept warm, is refused the scope, and says so in one line each', async () => {
    const world = await worldWith();
    await world.refresh();
    const { verdicts, lines, metrics, measured } = await world.probe();
    expect(verdicts).toEqual({ vend: 'right', refusal: 'right' });
    expect(metrics).toEqual({ ProbeVendRight: 1, ProbeRefusalRight: 1 });
    for (const { dimensions, unit } of measured) {
      expect([dimensions, unit]).toEqual([{ service: 'connect-token-vending-local' }, 'Count']);
    }
    expect(lines).toEqual([
      expect.objectContaining({ level: 'INFO', probe: 'vend', verdict: 'right', status: 200 }),
      expect.objectContaining({
        level: 'INFO',
        probe: 'refusal',
        verdict: 'right',
        status: 403,
        error: 'unauthorized_client',
      }),
    ]);
    for (const { duration_ms: duration, function_request_id: id } of lines) {
      expect(duration).toBeGreaterThanOrEqual(0);
      expect(id).toMatch(/^[\w-]{36}$/);
    }
    // The one token is the refresh function's: the prober costs Connect nothing.
    expect(world.connect.requests).toHaveLength(1);
    const printed = world.lines.join('\n');
    for (const secret of world.secrets()) expect(printed.includes(secret), secret).toBe(false);
    expect(printed).not.toContain(proberKey.accessKeyId);
  });

  it('names its requests as the audit lines do', async () => {
    const world = await worldWith();
    const { lines } = await world.probe();
    const refusal = lines.find(({ probe }) => probe === 'refusal');
    const audits = world.lines.filter((line) => line.includes('"message":"token request"'));
    const denial = audits.map((line) => JSON.parse(line)).find(({ decision }) => decision === 'deny');
    expect(denial).toMatchObject({
      request_id: refusal?.['request_id'],
      reason: 'scope',
      scopes: [world.prober?.ungrantedScope],
      caller: 'arn:aws:sts::111122223333:assumed-role/prober/local-session',
    });
  });

  it('sends the X-Retailer-Id of the token that is kept warm', async () => {
    const keepWarm = { client: 'acme', scopes: ['connect:fulfillment'], retailerId: 'the-garden' };
    const world = await worldWith({ keepWarm });
    await world.refresh();
    expect((await world.probe()).verdicts).toEqual({ vend: 'right', refusal: 'right' });
    expect(world.connect.requests).toHaveLength(1);
  });

  it('runs for its schedule alone', async () => {
    const world = await worldWith();
    for (const event of [{}, { source: 'connect-token-vending.schedule' }, { httpMethod: 'POST' }]) {
      await expect(world.invokeProbe(event)).rejects.toThrow('This function answers its own schedule only');
    }
    expect(world.lines).toEqual([]);
  });
});
