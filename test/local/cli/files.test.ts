import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readCallers } from './callers-file.ts';
import { readSecrets } from './secrets-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'files-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'file.yaml');

function complaint(read: (file: string) => unknown, text: string): string {
  writeFileSync(file, text);
  try {
    read(file);
  } catch (error) {
    return (error as Error).message.replaceAll(file, 'FILE');
  }
  throw new Error(`this was taken for a good file:\n${text}`);
}

const caller = `- accessKeyId: example
  secretAccessKey: not-a-secret
  principalArn: arn:aws:iam::111122223333:role/apps/checkout-api
`;

describe('the callers file', () => {
  it('has callers, with all that one can have', () => {
    const more = '  sessionToken: t\n  sessionName: s1\n  identityPolicyAllows: true\n';
    writeFileSync(file, caller + more);
    expect(readCallers(file)).toEqual([
      {
        accessKeyId: 'example',
        secretAccessKey: 'not-a-secret',
        principalArn: 'arn:aws:iam::111122223333:role/apps/checkout-api',
        sessionToken: 't',
        sessionName: 's1',
        identityPolicyAllows: true,
      },
    ]);
  });

  it.each([
    ['nothing in it', '', 'FILE:1:1 this file is empty: write one like test/local/cli/callers.yaml'],
    [
      'a caller without its dash',
      caller.replace('- ', '  '),
      'FILE:1:3 write a caller: accessKeyId, secretAccessKey and principalArn, each with - before it',
    ],
    [
      'a repeated access key',
      caller + caller.replace('not-a-secret', 'another'),
      'FILE:4:16 [1].accessKeyId: caller 1 has the same: write another',
    ],
    ['a caller twice', caller + caller, 'FILE:4:3 [1]: is in this list twice: keep one'],
    [
      'a misspelt key',
      caller.replace('principalArn', 'principal_arn'),
      'FILE:3:3 [0].principal_arn: no such key: write principalArn',
    ],
    [
      'an access key that no signature can name',
      caller.replace('example', 'exa/mple'),
      'FILE:1:16 [0].accessKeyId: write the id of an access key, without spaces, slashes and commas',
    ],
    [
      'a session in place of its role',
      caller.replace(/arn:.*/, 'arn:aws:sts::111122223333:assumed-role/checkout-api/s'),
      'FILE:3:17 [0].principalArn: write arn:aws:iam::ACCOUNT:role/NAME or arn:aws:iam::ACCOUNT:user/NAME',
    ],
    [
      'a session name of one letter',
      `${caller}  sessionName: s\n`,
      "FILE:4:16 [0].sessionName: write a session's name of 2 to 64 letters, digits and _+=,.@-",
    ],
    [
      'a word for true',
      `${caller}  identityPolicyAllows: yes\n`,
      'FILE:4:25 [0].identityPolicyAllows: write true or false',
    ],
  ])('is refused with %s', (_what, text, expected) => {
    expect(complaint(readCallers, text)).toBe(expected);
  });
});

describe('the secrets file', () => {
  it('has pairs, by name or ARN', () => {
    writeFileSync(file, 'connect/acme: { client_id: a, client_secret: b }');
    expect(readSecrets(file)).toEqual({ 'connect/acme': { client_id: 'a', client_secret: 'b' } });
  });

  it.each([
    ['nothing in it', '', 'FILE:1:1 this file is empty: write one like test/local/cli/secrets.yaml'],
    ['a list', '- a', "FILE:1:1 write each secret by the policy's secretName or secretArn"],
    [
      'half a pair',
      'connect/acme:\n  client_id: a\n  client_secret:\n',
      "FILE:3:3 connect/acme.client_secret: is missing: write the client's secret",
    ],
    [
      'a secret that YAML reads as a number',
      'connect/acme: { client_id: a, client_secret: 12345 }',
      "FILE:1:46 connect/acme.client_secret: YAML reads this as a number: write the client's secret",
    ],
    [
      'a misspelt key',
      'connect/acme: { clientId: a, client_secret: b }',
      'FILE:1:17 connect/acme.clientId: no such key: write client_id',
    ],
    [
      'no pair',
      'connect/acme:',
      'FILE:1:1 connect/acme: is missing: write client_id and client_secret below it',
    ],
  ])('is refused with %s', (_what, text, expected) => {
    expect(complaint(readSecrets, text)).toBe(expected);
  });
});
