import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLanguageServer } from './language-server.ts';

/** Beside the example, where the first line finds the schema. The files need not exist. */
const uriOf = (name: string) => new URL(`../../infra/${name}.yaml`, import.meta.url).href;

const policyWith = (grant: string, client = 'secretName: connect/acme') => `\
# yaml-language-server: $schema=./policy.schema.json
version: 1
clients:
  acme:
    ${client}
grants:
  - id: checkout
    principals: [arn:aws:iam::111122223333:role/checkout]
    client: acme
    ${grant}
`;

describe('an editor with the YAML language server', () => {
  let editor: Awaited<ReturnType<typeof startLanguageServer>>;
  beforeAll(async () => {
    editor = await startLanguageServer();
  }, 30_000);
  afterAll(() => editor.close());

  it('finds nothing wrong with a good policy', async () => {
    const text = policyWith('grantType: client_credentials\n    scopes: [connect:fulfillment]');
    expect(await editor.open(uriOf('good'), text)).toEqual([]);
  });

  it('offers the scopes of the grant type, and no others', async () => {
    const text = policyWith(
      'grantType: authorization_code\n    redirectUris: [https://a.example/]\n    scopes:\n      - ',
    );
    await editor.open(uriOf('incomplete'), text);
    const lines = text.split('\n');
    const line = lines.indexOf('      - ');
    expect(await editor.complete(uriOf('incomplete'), { line, character: 8 })).toEqual(['account_linking']);
  });

  it('offers the grant types', async () => {
    const text = policyWith('grantType: ');
    await editor.open(uriOf('begun'), text);
    const offered = await editor.complete(uriOf('begun'), { line: 9, character: 15 });
    expect(offered).toContain('fulfillment_user_assertion');
  });

  it.each([
    ['a scope that there is not', 'grantType: client_credentials\n    scopes: [connect:fulfilment]', '11:14'],
    [
      'a scope of another grant type',
      'grantType: client_credentials\n    scopes: [account_linking]',
      '11:14',
    ],
    ['a short prefix', 'grantType: client_credentials\n    scopes: [connect:ian]', '8:18', 'role/e*'],
  ])('marks %s', async (what, grant, where, role = 'role/checkout') => {
    const text = policyWith(grant).replace('role/checkout', role);
    const marks = await editor.open(uriOf(encodeURIComponent(what)), text);
    expect(marks.length).toBeGreaterThan(0);
    expect(
      marks.every((mark) => mark.startsWith(`${where} `)),
      marks.join('\n'),
    ).toBe(true);
  });

  it('says in words what a pattern wants', async () => {
    const grant = 'grantType: client_credentials\n    scopes: [connect:ian]\n    expires: 2027-02-30';
    expect(await editor.open(uriOf('dated'), policyWith(grant))).toEqual([
      '12:14 write a date of the calendar, such as 2027-01-31',
    ]);
  });

  it('marks a host that nobody has said out loud', async () => {
    const grant = 'grantType: client_credentials\n    scopes: [connect:ian]';
    const marks = await editor.open(
      uriOf('stranger'),
      policyWith(grant, 'secretName: a\n    baseUrl: https://evilinstacart.com'),
    );
    expect(marks).toEqual([expect.stringMatching(/^4:3 Missing property "otherHost"/)]);
  });
});
