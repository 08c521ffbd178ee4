import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Grant } from '../../lambda/policy/policy.ts';
import { createProbeWorld, type ProbeWorld, type ProbeWorldOptions } from './probe-world.ts';

async function worldWith(options: ProbeWorldOptions = {}) {
  const world = await createProbeWorld(options);
  onTestFinished(() => world.close());
  return world;
}

const withGrants = (change: (grants: readonly Grant[]) => Grant[]): ProbeWorldOptions => ({
  spoil: (policy) => ({ ...policy, grants: change(policy.grants) }),
});

/** Everything as it is, but for the request of the scope that is not granted. */
function answerRefusal(world: ProbeWorld, answer: () => unknown): void {
  const asked = new URLSearchParams({ scope: world.prober?.ungrantedScope ?? '' }).toString();
  world.state.invoke = async (event) =>
    String((event as { body?: unknown }).body).includes(asked) ? answer() : world.invoke(event);
}

describe('the vend is wrong', () => {
  it("when the prober's grant is gone", async () => {
    const world = await worldWith(withGrants((grants) => grants.filter(({ id }) => id !== 'prober')));
    const { metrics, lines } = await world.probe();
    expect(metrics).toEqual({ ProbeVendRight: 0, ProbeRefusalRight: 1 });
    expect(lines[0]).toMatchObject({
      probe: 'vend',
      verdict: 'wrong',
      status: 403,
      error: 'unauthorized_client',
    });
  });

  it('when Connect is down for longer than the token lives, and the refusal is as right as ever', async () => {
    const world = await worldWith({ lifetime: 3 });
    await world.refresh();
    world.connect.always({ kind: 'answer', status: 500 });
    expect((await world.probe()).metrics).toEqual({ ProbeVendRight: 1, ProbeRefusalRight: 1 });
    await sleep(3_000);
    const { metrics, lines } = await world.probe();
    expect(metrics).toEqual({ ProbeVendRight: 0, ProbeRefusalRight: 1 });
    expect(lines[0]).toMatchObject({ status: 503, error: 'temporarily_unavailable' });
  });

  it('when the API keeps the role out, which tells nothing about the policy', async () => {
    const world = await worldWith();
    world.gateway.state.now = () => Date.now() + 3_600_000;
    const { verdicts, metrics, lines } = await world.probe();
    expect(verdicts).toEqual({ vend: 'wrong', refusal: 'unanswered' });
    expect(metrics).toEqual({ ProbeVendRight: 0 });
    expect(lines).toMatchObject([
      { status: 403, error: 'invalid_client' },
      { status: 403, error: 'invalid_client' },
    ]);
  });
});

describe('the refusal is wrong', () => {
  it('when the service vends what no grant gives, and the token is in no line', async () => {
    const world = await worldWith();
    const tokens = ['vended-by-mistake-1', 'vended-by-mistake-2'];
    const body = { access_token: tokens[0], token_type: 'Bearer', expires_in: 60, error: tokens[1] };
    answerRefusal(world, () => ({ statusCode: 200, headers: {}, body: JSON.stringify(body) }));
    const { verdicts, metrics, lines } = await world.probe();
    expect(verdicts).toEqual({ vend: 'right', refusal: 'wrong' });
    expect(metrics).toEqual({ ProbeVendRight: 1, ProbeRefusalRight: 0 });
    expect(lines[1]).toMatchObject({ probe: 'refusal', verdict: 'wrong', status: 200 });
    for (const token of tokens) expect(world.lines.join('\n')).not.toContain(token);
  });

  it('when the bundle carries a policy that allows everything, and the token is in no line', async () => {
    const scopes = ['connect:fulfillment', 'connect:data_ingestion', 'connect:ian', 'connect:compliance'];
    const more = [...scopes, 'connect:recommendations', 'Connect::Orders::RatingService'];
    const world = await worldWith(
      withGrants((grants) => grants.map((grant) => ({ ...grant, scopes: more }))),
    );
    const { metrics } = await world.probe();
    expect(metrics).toEqual({ ProbeVendRight: 1, ProbeRefusalRight: 0 });
    expect(world.connect.tokens.size).toBe(2);
    const printed = world.lines.join('\n');
    for (const secret of world.secrets()) expect(printed.includes(secret), secret).toBe(false);
  });
});

describe('the refusal says nothing', () => {
  const html = { 'Content-Type': 'text/html' };

  it.each([
    ['429', () => ({ statusCode: 429, headers: {}, body: '{"error":"slow_down"}' }), 429],
    ['500', () => ({ statusCode: 500, headers: {}, body: '{"error":"server_error"}' }), 500],
    ['an integration that failed', () => Promise.reject(new Error('throttled')), 503],
    ['a page', () => ({ statusCode: 200, headers: html, body: '<html></html>' }), undefined],
    // Node refuses to write such a status, and the gateway breaks the connection off.
    ['no answer', () => ({ statusCode: 1000, headers: {}, body: '' }), undefined],
  ])('after %s', async (_what, answer, status) => {
    const world = await worldWith();
    answerRefusal(world, answer);
    const { verdicts, metrics, lines } = await world.probe();
    expect(verdicts).toEqual({ vend: 'right', refusal: 'unanswered' });
    expect(metrics).toEqual({ ProbeVendRight: 1 });
    expect([lines.length, lines[1]?.['status']]).toEqual([2, status]);
  });

  it('while API Gateway throttles, when the vend is wrong', async () => {
    const world = await worldWith();
    world.gateway.state.throttled = true;
    const { metrics, lines } = await world.probe();
    expect(metrics).toEqual({ ProbeVendRight: 0 });
    expect(lines).toMatchObject([
      { status: 429, error: 'slow_down' },
      { status: 429, error: 'slow_down' },
    ]);
  });
});
