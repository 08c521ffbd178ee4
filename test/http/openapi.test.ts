import { readFileSync } from 'node:fs';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { openApiDocument } from '../../infra/openapi/document.ts';
import { reasonsOf } from '../../infra/openapi/operation-reasons.ts';
import { type Reason, reasons } from '../../lambda/http/oauth-error.ts';
import { revocationPath, tokenPath } from '../../lambda/protocol/contract.ts';
import { canary } from '../support/canary.ts';
import { ask, askForRetailer, askForUser, assertionOf, link } from '../support/good-requests.ts';
import { isDocumentedRequest, openApi, validatorAt } from '../support/openapi.ts';
import { contractWalks } from './contract-walks.ts';
import { refusals } from './refusals.ts';

describe('docs/openapi.json', () => {
  it('is what npm run openapi writes', () => {
    const committed = readFileSync(new URL('../../docs/openapi.json', import.meta.url), 'utf8');
    expect(committed, 'run npm run openapi and commit the result').toBe(openApiDocument());
  });

  it('is OpenAPI 3.1, and every reference leads somewhere', async () => {
    const validator = new Validator();
    expect(await validator.validate(JSON.parse(openApiDocument()))).toEqual({ valid: true });
    expect(validator.version).toBe('3.1');
    const references = [...openApiDocument().matchAll(/"#\/(components\/[^"]+)"/g)];
    expect(references.length).toBeGreaterThan(50);
    for (const [, path = ''] of references) expect(nodeAt(path.split('/')), path).toBeTypeOf('object');
  });

  it('has schemas of JSON Schema 2020-12', () => {
    const { schemas, headers } = openApi.components;
    const all = [...Object.values(schemas), ...Object.values(headers).map(({ schema }) => schema)];
    for (const schema of all) expect(new Ajv2020({ strict: false }).validateSchema(schema)).toBe(true);
  });

  it('has examples that its own schemas take', () => {
    const found = examplesIn(['paths']);
    expect(found.length).toBeGreaterThan(40);
    for (const { keys, schema, value } of found)
      expect(validatorAt(schema)(value), `${keys.join(' ')}: ${JSON.stringify(value)}`).toBe(true);
  });

  it('names every reason of an error, for one operation at least', () => {
    const named = new Set([...reasonsOf('token'), ...reasonsOf('revocation')]);
    expect(Object.keys(reasons).filter((reason) => !named.has(reason as Reason))).toEqual([]);
  });
});

type Example = { keys: string[]; schema: string[]; value: unknown };

function nodeAt(keys: readonly string[]): unknown {
  return keys.reduce<unknown>((parent, key) => (parent as Record<string, unknown>)[key], openApi);
}

/** The examples of every media type below `keys`. */
function examplesIn(keys: string[]): Example[] {
  const node = nodeAt(keys);
  if (typeof node !== 'object' || node === null) return [];
  const { schema, example, examples = {} } = node as Record<string, object>;
  const values = [...(example ? [example] : []), ...Object.values(examples).map(({ value }) => value)];
  if (schema !== undefined) return values.map((value) => ({ keys, schema: [...keys, 'schema'], value }));
  return Object.keys(node).flatMap((key) => examplesIn([...keys, key]));
}

describe('a request', () => {
  const verifier = 'a'.repeat(43);
  const allowed = [
    ask(),
    ask({ scope: undefined, client_id: undefined }),
    ask({ min_ttl: 0 }),
    ask({ refused_token_sha256: 'Ab'.repeat(32) }),
    ask({ client_secret: null, code: '', more: [1] }),
    askForUser(),
    askForUser({ user_id: undefined, assertion: assertionOf({ user_id: 'guest' }) }),
    askForRetailer(),
    link(),
    link({ code_verifier: `${verifier}-._~` }),
  ];
  it.each(allowed)('is allowed: $body', (request) => {
    expect(isDocumentedRequest(request)).toBe(true);
  });

  /** What a schema cannot tell, or tells of another part of the request; ajv reads hexadecimal digits in a form. */
  const others = /repeated|hexadecimal|retailer id|assertion of (more|a number)/;
  const aboutFields: Reason[] = ['field', 'credential_in_body', 'unsupported_grant_type'];
  const rows = [...refusals, ...contractWalks].filter(([, , , , reason]) => aboutFields.includes(reason));

  it.each(rows.filter(([what]) => !others.test(what)))(
    'is refused, as the function does: %s',
    (_what, request) => {
      expect(isDocumentedRequest(request)).toBe(false);
    },
  );

  it.each([42, 129])('is refused with a code verifier of %d characters', (length) => {
    expect(isDocumentedRequest(link({ code_verifier: 'a'.repeat(length) }))).toBe(false);
  });

  const headerRows = refusals.filter(
    ([, { headers }, , , reason]) => reason === 'field' && headers['x-retailer-id'],
  );
  it.each(headerRows)('is refused for its header: %s', (_what, { headers }) => {
    const isId = validatorAt(['paths', tokenPath, 'post', 'parameters', 0, 'schema']);
    expect([isId('the-garden'), isId(headers['x-retailer-id'])]).toEqual([true, false]);
  });

  it('to revoke needs one token, as text without white space', () => {
    const path = revocationPath;
    const revoke = (fields: object) => isDocumentedRequest({ ...ask(), path, body: JSON.stringify(fields) });
    expect(revoke({ token: canary, client_id: 'acme', token_type_hint: 'access_token' })).toBe(true);
    for (const token of [undefined, null, '', 7, `${canary}\n`, `Bearer ${canary}`])
      expect(revoke({ token, client_id: 'acme' }), String(token)).toBe(false);
    expect(revoke({ token: canary, client_secret: canary })).toBe(false);
  });
});
