import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Reason } from '../../lambda/http/oauth-error.ts';
import {
  ask,
  askByForm,
  askForUser,
  assertionOf,
  type CallerRequest,
  link,
} from '../support/good-requests.ts';
import { type Answer, createWorld, type World } from '../support/world.ts';

/** The good request with white space after it, so that it has so many bytes. */
function ofBytes(bytes: number): CallerRequest {
  const { body } = ask();
  return ask({}, { body: body.padEnd(bytes) });
}

function ofTwoByteCharacters(bytes: number): CallerRequest {
  const { length } = Buffer.from(ask({ x: '' }).body);
  const x = 'é'.repeat((bytes - length) >> 1);
  const { body } = ask({ x });
  return ask({}, { body: body + ' '.repeat(bytes - Buffer.byteLength(body)) });
}

const shopper = (length: number) => 'shopper-'.padEnd(length, 'x');
const forRetailer = (length: number) =>
  ask({}, { headers: { 'content-type': 'application/json', 'x-retailer-id': 'r'.repeat(length) } });

/** Both neighbours of each limit: what is answered, and the reason of what is refused. */
// biome-ignore format: a row a line
const neighbours: Array<[what: string, request: CallerRequest, status: number, reason?: Reason]> = [
  ['16 384 bytes', ofBytes(16_384), 200],
  ['16 385 bytes', ofBytes(16_385), 413, 'size'],
  ['16 384 bytes, two a character', ofTwoByteCharacters(16_384), 200],
  ['16 385 bytes, two a character', ofTwoByteCharacters(16_385), 413, 'size'],
  ['a form of 16 384 bytes', askByForm('&x='.padEnd(16_384 - askByForm().body.length, 'x')), 200],
  ['a form of 16 385 bytes', askByForm('&x='.padEnd(16_385 - askByForm().body.length, 'x')), 413, 'size'],
  ['a user id of 1 character, which is not granted', askForUser({ user_id: 'x' }), 403, 'user'],
  ['a user id of 256 characters', askForUser({ user_id: shopper(256) }), 200],
  ['a user id of 257 characters', askForUser({ user_id: shopper(257) }), 400, 'field'],
  ['256 characters in an assertion', byAssertion(shopper(256)), 200],
  ['257 characters in an assertion', byAssertion(shopper(257)), 400, 'field'],
  ['no character in an assertion', byAssertion(''), 400, 'field'],
  ['a retailer id of 128 characters, which is not granted', forRetailer(128), 403, 'retailer_id'],
  ['a retailer id of 129 characters', forRetailer(129), 400, 'field'],
  ['a min_ttl of 0', ask({ min_ttl: 0 }), 200],
  ['a min_ttl of -1', ask({ min_ttl: -1 }), 400, 'field'],
  ['a min_ttl of 43200', ask({ min_ttl: 43_200 }), 200],
  ['a min_ttl of 43201', ask({ min_ttl: 43_201 }), 400, 'field'],
  ['a min_ttl of 0 in a form', askByForm('&min_ttl=0'), 200],
  ['a min_ttl of -1 in a form', askByForm('&min_ttl=-1'), 400, 'field'],
  ['a min_ttl of 43200 in a form', askByForm('&min_ttl=43200'), 200],
  ['a min_ttl of 43201 in a form', askByForm('&min_ttl=43201'), 400, 'field'],
  ['42 characters as code_verifier', link({ code_verifier: '~'.repeat(42) }), 400, 'field'],
  ['43 characters as code_verifier, of a code that Connect refuses', link({ code_verifier: '~'.repeat(43) }), 400, 'invalid_grant'],
  ['128 characters as code_verifier', link({ code: 'another canary', code_verifier: '-'.repeat(128) }), 400, 'invalid_grant'],
  ['129 characters as code_verifier', link({ code_verifier: '-'.repeat(129) }), 400, 'field'],
  ['63 hexadecimal characters', ask({ refused_token_sha256: '0'.repeat(63) }), 400, 'field'],
  ['64 hexadecimal characters', ask({ refused_token_sha256: '0'.repeat(64) }), 200],
  ['64 hexadecimal characters in capitals', ask({ refused_token_sha256: 'F'.repeat(64) }), 200],
  ['65 hexadecimal characters', ask({ refused_token_sha256: '0'.repeat(65) }), 400, 'field'],
];

function byAssertion(userId: string): CallerRequest {
  return askForUser({ user_id: undefined, assertion: assertionOf({ user_id: userId }) });
}

describe('a limit', () => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld('bundle');
  });
  afterAll(() => world.close());

  async function expectAnswer(answer: Answer, status: number, reason?: Reason): Promise<void> {
    expect(answer.status, answer.text).toBe(status);
    expect((await world.auditOf(answer))['reason']).toBe(reason);
  }

  it.each(neighbours)('has %s beside it', async (_what, { as, path, ...init }, status, reason) => {
    await expectAnswer(await world.send(as, path, init), status, reason);
  });

  it.each([
    [16_384, 200, undefined],
    [16_385, 413, 'size'],
  ] as const)('of the body is after its Base64: %d bytes', async (bytes, status, reason) => {
    const event = world.eventFor('checkout', {});
    event.isBase64Encoded = true;
    event.body = Buffer.from(ofBytes(bytes).body).toString('base64');
    expect(event.body.length).toBeGreaterThan(20_000);
    await expectAnswer(await world.askFunction(event), status, reason);
  });
});
