import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canary } from '../support/canary.ts';
import {
  ask,
  askByForm,
  askForRetailer,
  askForUser,
  type CallerRequest,
  link,
} from '../support/good-requests.ts';
import { answers } from '../support/upstream-faults.ts';
import { type Answer, createWorld, type World } from '../support/world.ts';

const bom = '\ufeff';

/** Every field of the contract; in which grant type it is used does not matter here. */
const fields = [
  'client_id',
  'client_secret',
  'client_assertion',
  'grant_type',
  'scope',
  'code',
  'redirect_uri',
  'assertion',
  'user_id',
  'min_ttl',
  'refused_token_sha256',
];
/** Each grant type, and the fields that this caller cannot leave out. */
const requests: Array<[grantType: string, change: typeof ask, needed: string[]]> = [
  ['client_credentials', ask, ['grant_type']],
  ['user assertion', askForUser, ['grant_type', 'scope', 'user_id']],
  ['retailer assertion', askForRetailer, ['grant_type', 'scope', 'assertion']],
  ['authorization_code', link, ['grant_type', 'code', 'redirect_uri']],
];
const rows = requests.flatMap(([grantType, change, needed]) =>
  fields.map((field) => [field, grantType, change, needed.includes(field) ? 400 : 200] as const),
);

describe('a request', () => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld('bundle');
    world.connect.state.retailerAssertions.add(canary);
  });
  afterAll(() => world.close());
  const send = ({ as, path, ...init }: CallerRequest) => world.send(as, path, init);

  /** What a caller is told, without what is another for each request. */
  function told({
    status,
    body: { request_id: _, access_token: __, created_at: ___, expires_in: ____, ...body },
  }: Answer) {
    return { status, body };
  }

  it.each(rows)('whose %s is null is one without it: %s', async (field, _grantType, change, status) => {
    const sendWith = async (value: null | undefined) => {
      const code = change === link ? { code: world.issueCode() } : {};
      return told(await send(change({ ...code, [field]: value })));
    };
    const without = await sendWith(undefined);
    expect(await sendWith(null)).toEqual(without);
    expect(without.status).toBe(status);
  });

  it('has credentials in its body where they are anything but null or empty', async () => {
    for (const field of ['client_secret', 'client_assertion'])
      for (const value of [0, false, 'null', [], {}]) {
        const answer = await send(ask({ [field]: value }));
        expect(answer.status).toBe(400);
        expect(await world.auditOf(answer)).toMatchObject({ reason: 'credential_in_body' });
      }
  });

  const { body: json } = ask();
  const { body: form, headers: formHeaders } = askByForm();

  it.each([
    ['JSON', ask({}, { body: `${bom}${json}` })],
    ['a form', { ...askByForm(), body: `${bom}${form}` }],
  ])('may have a byte-order mark before %s', async (_what, request) => {
    expect((await send(request)).status).toBe(200);
  });

  it.each([
    ['JSON', json, ask().headers],
    ['a form', form, formHeaders],
  ])('may have one in Base64 too, before %s', async (_what, body, headers) => {
    const event = world.eventFor('checkout', {});
    Object.assign(event, {
      headers,
      multiValueHeaders: undefined,
      body: Buffer.from(`${bom}${body}`).toString('base64'),
      isBase64Encoded: true,
    });
    expect((await world.askFunction(event)).status).toBe(200);
  });

  it('may not have two', async () => {
    const answer = await send(ask({}, { body: `${bom}${bom}${json}` }));
    expect(await world.auditOf(answer)).toMatchObject({ status: 400, reason: 'body' });
  });

  it.each([
    ['a tab', '\t'],
    ['a line feed', '\n'],
    ['a carriage return', '\r'],
    ['a vertical tab', '\v'],
    ['a form feed', '\f'],
    ['a space', ' '],
    ['a comma', ','],
    ['all of them', ' ,\t\r\n,\v\f '],
  ])('may have %s between its scopes', async (_what, separator) => {
    const scope = ['connect:ian', 'connect:fulfillment'].join(separator);
    const answer = await world.ask('backOffice', { scope: `${separator}${scope}${separator}` });
    expect(answer.status, answer.text).toBe(200);
    expect(answer.body['scope']).toBe('connect:fulfillment connect:ian');
  });
});

describe('an answer of Connect’s', () => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld('bundle');
  });
  afterAll(() => world.close());

  it('may have a byte-order mark before a token, and before an error', async () => {
    const token = { access_token: 'a-token', token_type: 'bearer', expires_in: 3_600 };
    world.connect.next(answers(200, `${bom}${JSON.stringify(token)}`));
    expect((await world.ask('checkout', {})).body['access_token']).toBe('a-token');
    world.connect.next(answers(400, `${bom}{"error":"invalid_scope"}`));
    const refused = await world.ask('backOffice', { scope: 'connect:ian' });
    expect(await world.auditOf(refused)).toMatchObject({
      reason: 'not_entitled',
      upstream_error: 'invalid_scope',
    });
    expect(world.connect.requests).toHaveLength(2);
  });

  it('may not have two: what is no JSON is tried again', async () => {
    world.connect.next(answers(200, `${bom}${bom}{}`));
    const answer = await world.ask('backOffice', { scope: 'connect:compliance' });
    expect(await world.auditOf(answer)).toMatchObject({ status: 200, attempts: 2 });
  });

  it('with null for an optional member is one without it', async () => {
    world.connect.next({ kind: 'altered', fields: { scope: null, created_at: null } });
    const answer = await world.ask('backOffice', { scope: 'connect:data_ingestion' });
    expect([answer.status, answer.body['scope']]).toEqual([200, 'connect:data_ingestion']);
  });
});
