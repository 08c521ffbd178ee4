import { Ajv, type ValidateFunction } from 'ajv';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../infra/files/problems.ts';
import { readSource } from '../../infra/files/source.ts';
import { compilePolicy } from '../../infra/policy/compile.ts';
import { policyJsonSchema } from '../../infra/policy/json-schema.ts';
import { withClient, withGrant } from '../support/policies.ts';
import { acceptedPolicies } from './accepted-policies.ts';
import { refusedDeployments } from './refused-deployments.ts';
import { refusedHosts } from './refused-hosts.ts';
import { refusedNotes } from './refused-notes.ts';
import { refusedPlaces } from './refused-places.ts';
import { type Refused, refusedPolicies } from './refused-policies.ts';
import { refusedPrincipals } from './refused-principals.ts';
import { refusedProbers } from './refused-probers.ts';

// Editors know patternErrorMessage, and JSON Schema does not.
const schema: ValidateFunction = new Ajv({ strictTypes: false, keywords: ['patternErrorMessage'] }).compile(
  JSON.parse(policyJsonSchema()),
);

/** The file as data; undefined where it is no YAML that a policy may have, which no schema sees. */
function dataOf(text: string): { value: unknown } | undefined {
  try {
    return { value: readSource(text, 'p.yaml').value };
  } catch (error) {
    if (error instanceof ConfigurationError) return undefined;
    throw error;
  }
}

function isTaken(text: string): boolean {
  try {
    compilePolicy(text, 'p.yaml');
    return true;
  } catch (error) {
    if (error instanceof ConfigurationError) return false;
    throw error;
  }
}

const all: readonly Refused[] = [
  ...refusedPolicies,
  ...refusedHosts,
  ...refusedNotes,
  ...refusedPlaces,
  ...refusedProbers,
  ...refusedPrincipals.map(
    ([what, arn, problem]): Refused => [what, withGrant({ principals: [arn] }), problem],
  ),
];
const rows = all.map(([what, text, , kind]) => ({ what, kind, data: dataOf(text) }));
const read = rows.flatMap(({ data, ...row }) => (data === undefined ? [] : { ...row, value: data.value }));
const byItself = read.filter(({ kind }) => kind === undefined);
const crossReferences = read.filter(({ kind }) => kind === 'cross-reference');

describe("an editor's schema", () => {
  it.each(byItself)('refuses, as the compiler does: $what', ({ value }) => {
    expect(schema(value)).toBe(false);
  });

  it.each(crossReferences)('leaves to the compiler what only another entry tells: $what', ({ value }) => {
    expect(schema(value), JSON.stringify(schema.errors)).toBe(true);
  });

  it.each(acceptedPolicies)('takes, as the compiler does: %s', (_what, text) => {
    expect(isTaken(text)).toBe(true);
    expect(schema(dataOf(text)?.value), JSON.stringify(schema.errors)).toBe(true);
  });

  it.each(refusedDeployments)('takes what only a deployment refuses: %s', (_what, text) => {
    expect(schema(dataOf(text)?.value), JSON.stringify(schema.errors)).toBe(true);
  });

  it('is compared with more than 180 refused policies, and few of them are cross-references', () => {
    expect(byItself.length).toBeGreaterThan(180);
    expect(crossReferences.length).toBeLessThan(byItself.length / 7);
  });
});

const arnPieces = fc.constantFrom(
  ...[
    'arn:aws:iam::111122223333:',
    'role/',
    'user/',
    'a',
    'abcd',
    '*',
    '/',
    ':',
    '_',
    'AWS',
    'AWSReservedSSO_',
  ],
  ...[
    '0123456789abcdef',
    'AWSReservedSSO_Ops_',
    'a'.repeat(60),
    'a'.repeat(500),
    ' ',
    '-',
    'R',
    'AWSReserved',
  ],
);
const urlPieces = fc.constantFrom(
  ...[
    'https://',
    'http://',
    'localhost',
    'instacart.com',
    '127.0.0.1',
    '[::1]',
    '.',
    ':',
    '443',
    '80',
    '8080',
    '/',
  ],
  ...['a', 'B', '1', '@', '?', '#', '*', '-', '_', '65536', '\\', ' ', '0x1', 'é', '%'],
);
const joined = (pieces: fc.Arbitrary<string>, start: string) =>
  fc.array(pieces, { maxLength: 6 }).map((parts) => `${start}${parts.join('')}`);

describe('schema and compiler agree on', () => {
  it.each([
    [
      'any principal',
      joined(arnPieces, 'arn:aws:iam::111122223333:role/'),
      (arn: string) => withGrant({ principals: [arn] }),
    ],
    ['any text for a principal', joined(arnPieces, ''), (arn: string) => withGrant({ principals: [arn] })],
    ['any host', joined(urlPieces, 'https://'), (baseUrl: string) => withClient({ baseUrl })],
    [
      'any other host',
      joined(urlPieces, 'https://'),
      (baseUrl: string) => withClient({ baseUrl, otherHost: true }),
    ],
    ['any text for a host', joined(urlPieces, ''), (baseUrl: string) => withClient({ baseUrl })],
    [
      'any redirect URI',
      joined(urlPieces, 'https://'),
      (uri: string) =>
        withGrant({ grantType: 'authorization_code', scopes: ['account_linking'], redirectUris: [uri] }),
    ],
  ])('%s', (_what, texts, policyWith) => {
    fc.assert(
      fc.property(texts, (text) => {
        const policy = policyWith(text);
        expect(schema(dataOf(policy)?.value)).toBe(isTaken(policy));
      }),
      { numRuns: 200 },
    );
  });
});
