import { expect, it } from 'vitest';
import { canary } from '../support/canary.ts';
import { callback, callers } from '../support/world.ts';
import { type Bench, scope } from './bench.ts';
import type { SessionKey } from './container-credentials.ts';
import { startRefusingApi } from './token-service.ts';
import { startUnreliableNetwork } from './unreliable-network.ts';

const token = (accessToken: string, expiresIn: string) =>
  `{"access_token": ${accessToken}, "expires_in": ${expiresIn}}`;

/** What a kit does with an answer that the service does not give: something between the two may, or a wrong URL. */
export function describeDistrust({ keeps, service, credentials, ask, makeKit, requests }: Bench): void {
  const spendCode = () => {
    credentials().give(callers.linker as SessionKey);
    return ask({ do: 'code', code: service().world.issueCode(), redirectUri: callback });
  };

  it.each([307, 308])('does not take a code elsewhere: %i', async (status) => {
    const elsewhere = await startRefusingApi();
    await makeKit();
    service().answerAlways({ status, location: elsewhere.url });
    expect((await spendCode()).failed).toMatchObject({ status });
    expect([elsewhere.bearers, requests()]).toEqual([[], 1]);
    await elsewhere.close();
  });

  it.each([
    ['empty', token('""', '86400')],
    ['a number', token('5', '86400')],
    ['of two lines', token(`"${canary}\\r\\nX-More: 1"`, '86400')],
    ['of two words', token(`"${canary} more"`, '86400')],
    ['not ASCII', token(`"${canary}é"`, '86400')],
    ['there twice', `{"access_token": "${canary}",\n"access_token": "${canary}"`],
  ])('sends Connect no token that is %s, and does not show it', async (_, body) => {
    const connect = await startRefusingApi();
    await makeKit();
    service().answerAlways({ body });
    expect((await ask({ do: 'call', url: connect.url })).failed).toMatchObject({ status: 200 });
    expect([connect.bearers, requests()]).toEqual([[], 1]);
    await connect.close();
  });

  it.runIf(keeps).each(['null', '"86400"', '-1', '1e10', '9000000000000000000', '1e300', '1e999', 'NaN'])(
    'takes no token whose life is %s',
    async (life) => {
      await makeKit();
      service().answerAlways({ body: token(`"${canary}"`, life) });
      expect((await ask({ do: 'token' })).failed).toMatchObject({ status: 200 });
      expect(requests()).toBe(1);
    },
  );

  it.each([
    ['ten digits', '9'.repeat(10)],
    ['5000 digits', '9'.repeat(5000)],
    ['a negative number', '-5'],
    ['a fraction', '1.5'],
    ['two numbers', '1 2'],
    ['a date', 'Fri, 31 Dec 2100 23:59:59 GMT'],
  ])('knows of no pause if Retry-After is %s', async (_, retryAfter) => {
    await makeKit();
    service().answerAlways({ status: 503, retryAfter });
    const { failed } = await spendCode();
    expect(failed).toMatchObject({ status: 503 });
    expect(failed?.retryAfterSeconds ?? null).toBeNull();
  });

  it('shows nothing of an answer that breaks off', async () => {
    const network = await startUnreliableNetwork(service().url);
    network.cutAnswers();
    await makeKit({ tokenUrl: network.url, request: { client_id: 'acme', scope } });
    const { failed } = await spendCode();
    // Old versions of botocore do not notice: to them it is an answer that is not JSON.
    expect([0, 200]).toContain(failed?.status ?? 0);
    expect(failed?.shown ?? 'access_token').not.toContain('access_token');
    expect([network.connections(), requests()]).toEqual([1, 1]);
    await network.close();
  });
}
