import { describe, expect, it } from 'vitest';
import type { Failure } from '../../lambda/tokens/mint.ts';
import { down } from '../support/simulated-connect.ts';
import {
  assertionRequest,
  codeRequest,
  day,
  hour,
  minute,
  retryAfterMs,
  second,
  status,
  text,
  world,
} from '../support/token-world.ts';

describe('a token that only Connect can say who may have', () => {
  it("for a retailer's assertion is minted for each request, and the table hears nothing of it", async () => {
    const { mints, calls, rows, vend } = world();
    const request = assertionRequest();
    const vended = await Promise.all([vend({ request }), vend({ request })]);
    expect(vended.map(status)).toEqual(['bypass', 'bypass']);
    expect(vended.map(({ minted }) => minted?.outcome.kind)).toEqual(['token', 'token']);
    expect(mints).toHaveLength(2);
    expect([calls, rows.size]).toEqual([{ reads: 0, writes: 0 }, 0]);
  });

  it('for a code is minted once, however many instances are sent it at once, or later', async () => {
    const { mints, rows, instance } = world();
    const [one, other] = [instance(), instance()];
    const vended = await Promise.all([one, other, one].map((vend) => vend({ request: codeRequest() })));
    expect(vended.map(status).toSorted()).toEqual(['bypass', 'invalid_grant', 'invalid_grant']);
    expect(status(await instance()({ request: codeRequest() }))).toBe('invalid_grant');
    expect(status(await other({ request: codeRequest('another') }))).toBe('bypass');
    expect(mints).toHaveLength(2);
    expect([...rows.keys()].join()).not.toContain('another');
  });

  it('for a code that Connect never carried out may be asked for again', async () => {
    const { state, mints, vend, instance } = world();
    state.answer = down;
    expect(status(await vend({ request: codeRequest() }))).toBe('unavailable');
    state.answer = { lifetimeMs: day };
    expect(status(await instance()({ request: codeRequest() }))).toBe('bypass');
    expect(status(await instance()({ request: codeRequest() }))).toBe('invalid_grant');
    expect(mints).toHaveLength(2);
  });

  it('is not begun with no time left: a code stays unused', async () => {
    const { state, mints, vend } = world();
    const late = await vend({ request: codeRequest(), deadline: state.now + 500 });
    expect([status(late), mints.length]).toEqual(['out_of_time', 0]);
    expect(status(await vend({ request: codeRequest(), deadline: state.now + 501 }))).toBe('bypass');
  });

  it('of a code is vended with whatever life it has, and of an assertion only with enough', async () => {
    const { state, mints, vend } = world();
    state.answer = { lifetimeMs: minute };
    const minTtlMs = hour;
    expect(status(await vend({ request: codeRequest(), minTtlMs }))).toBe('bypass');
    expect(await vend({ request: assertionRequest(), minTtlMs })).toMatchObject({
      why: { kind: 'min_ttl_too_long', longestMs: minute / 2 },
    });
    expect(status(await vend({ request: assertionRequest(), minTtlMs: minute / 2 }))).toBe('bypass');
    expect(mints).toHaveLength(3);
  });
});

describe('a token for an assertion that is dead on arrival', () => {
  it('is a failure: the next one is not asked for at once', async () => {
    const { state, mints, vend } = world();
    state.answer = { lifetimeMs: 0 };
    expect(await vend({ request: assertionRequest() })).toMatchObject({ why: { kind: 'unavailable' } });
    const held = await vend({ request: assertionRequest() });
    expect([status(held), retryAfterMs(held)]).toEqual(['back_off', second]);
    expect(mints).toHaveLength(1);
  });
});

describe('a failed mint', () => {
  it.each<[Failure['kind'], Failure['kind']]>([
    ['unavailable', 'unavailable'],
    ['outcome_unknown', 'unavailable'],
    ['credentials_refused', 'credentials_refused'],
    ['misconfigured', 'misconfigured'],
    ['secrets_unavailable', 'secrets_unavailable'],
    ['query_params_forbidden', 'query_params_forbidden'],
  ])('for a code (%s) holds back every mint of its client: %s', async (kind, cause) => {
    const { state, mints, vend } = world();
    const failure = (kind === 'unavailable' ? down : { kind }) as Failure;
    state.answer = failure;
    expect(await vend({ request: codeRequest('first') })).toMatchObject({ why: failure });
    state.now += 400;
    for (const request of [codeRequest('second'), assertionRequest(), undefined])
      expect(await vend({ ...(request && { request }) })).toMatchObject({
        why: { kind: 'back_off', cause },
        retryAfterMs: 600,
      });
    expect(mints).toHaveLength(1);
    state.now += 600;
    state.answer = { lifetimeMs: day };
    expect(status(await vend({ request: codeRequest('second') }))).toBe('bypass');
    expect(status(await vend())).toBe('mint');
  });

  it('because Connect refuses an assertion holds back that assertion alone', async () => {
    const { state, mints, vend } = world();
    state.answer = { kind: 'invalid_grant' };
    await vend({ request: assertionRequest('wrong') });
    expect(await vend({ request: assertionRequest('wrong') })).toMatchObject({
      why: { kind: 'back_off', cause: 'invalid_grant' },
      retryAfterMs: second,
    });
    state.answer = { lifetimeMs: day };
    expect(status(await vend({ request: assertionRequest('right') }))).toBe('bypass');
    expect(status(await vend())).toBe('mint');
    expect(mints).toHaveLength(3);
  });

  it('because Connect refuses a code holds back nothing', async () => {
    const { state, mints, vend } = world();
    state.answer = { kind: 'invalid_grant' };
    for (let i = 0; i < 3; i++)
      expect(status(await vend({ request: codeRequest(`wrong ${i}`) }))).toBe('invalid_grant');
    expect(mints).toHaveLength(3);
  });

  it('is followed by 1, 2, 4 … 30 s of pause, and a success forgets it', async () => {
    const { state, mints, vend } = world();
    state.answer = down;
    const start = state.now;
    for (let i = 0; state.now < start + 100 * second; i++, state.now += 500)
      await vend({ request: codeRequest(`code ${i}`) });
    expect(mints.map(({ at }) => (at - start) / second)).toEqual([0, 1, 3, 7, 15, 31, 61, 91]);
    state.now = start + 121 * second;
    state.answer = { lifetimeMs: day };
    expect((await vend({ request: codeRequest('good') })).kind).toBe('token');
    state.answer = down;
    expect(status(await vend({ request: codeRequest('next') }))).toBe('unavailable');
    state.now += second;
    expect(status(await vend({ request: codeRequest('after') }))).toBe('unavailable');
  });

  it('whose request was given up proves nothing', async () => {
    const { state, sleep, mints, vend } = world();
    state.answer = { lifetimeMs: day, takesMs: 9 * second };
    const abort = new AbortController();
    const givenUp = vend({ request: assertionRequest(), signal: abort.signal });
    await sleep(second);
    abort.abort();
    expect((await givenUp).kind).toBe('none');
    state.answer = { lifetimeMs: day };
    expect(status(await vend({ request: assertionRequest() }))).toBe('bypass');
    expect(mints).toHaveLength(2);
  });
});

it('a code does not wait for a probe that another instance makes, of whose end it would not hear', async () => {
  const { state, sleep, instance } = world();
  const [one, other] = [instance(), instance()];
  state.answer = down;
  await one();
  await sleep(second);
  state.answer = { lifetimeMs: day, takesMs: 500 };
  const probing = one();
  await sleep(100);
  expect(status(await other({ key: 'other' }))).toBe('back_off');
  await probing;
  expect(text(await other({ request: codeRequest() }))).toBe('token-1');
});
