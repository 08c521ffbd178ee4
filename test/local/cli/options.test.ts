import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { help, readOptions } from './options.ts';
import { readSetup } from './setup.ts';

const messageOf = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('nothing was refused');
};

describe('the options of npm start', () => {
  it.each([
    ['extra', "Unexpected argument 'extra'. Options: npm start -- --help"],
    ['--port 70000', '--port 70000: write a port, 0 to 65535'],
    ['--instances 0', '--instances 0: write a number, 1 to 32'],
    ['--instances 33', '--instances 33: write a number, 1 to 32'],
    ['--host localhost', '--host localhost: write an IP address, such as 127.0.0.1 or 0.0.0.0'],
    ['--account 12345', '--account 12345: write the 12 digits of an account'],
    ['--local-connect', '--local-connect: write --policy FILE too'],
    [
      '--policy x --local-connect --secrets y',
      '--secrets: leave it out, since --local-connect makes the secrets up',
    ],
    [
      '--callers package.json',
      'package.json:1:1 write a caller: accessKeyId, secretAccessKey and principalArn, each with - before it',
    ],
    ['--secrets test', 'test: this is a folder: write the path of a file'],
  ])('are refused in one line: %s', (args, sentence) => {
    expect(messageOf(() => readSetup(readOptions(args.split(' '))))).toBe(sentence);
  });

  it('take both ends of every range', () => {
    for (const args of [
      '--port 65535',
      '--instances 1',
      '--instances 32',
      '--host ::1',
      '--account 222233334444',
    ])
      expect(() => readOptions(args.split(' ')), args).not.toThrow();
  });

  it('are all in the help', () => {
    const message = messageOf(() => readOptions(['--nonsense']));
    expect(message).toBe("Unknown option '--nonsense'. Options: npm start -- --help");
    for (const name of Object.keys(readOptions([])).filter((key) => key !== 'help'))
      expect(help).toMatch(
        new RegExp(`^  --${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} `, 'm'),
      );
  });
});

it('is said in one line where there is nothing to begin with', () => {
  const folder = mkdtempSync(join(tmpdir(), 'options-'));
  const write = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const policy = write(
    'policy.yaml',
    `version: 1
clients: { acme: { secretName: connect/acme } }
grants:
  - id: linking
    principals: [arn:aws:iam::111122223333:role/linking]
    client: acme
    grantType: authorization_code
    scopes: [account_linking]
    redirectUris: [https://shop.example/callback]
`,
  );
  const begin = (...args: string[]) => messageOf(() => readSetup(readOptions(args)));
  const callers = 'test/local/cli/callers.yaml';
  const local = ['--policy', policy, '--local-connect'];
  expect(begin(...local)).toBe(
    `${policy}: add a client_credentials grant, since the stack begins by asking for such a token`,
  );
  expect(begin(...local, '--callers', callers)).toBe(
    `${callers}: the policy grants none of these callers a client_credentials token`,
  );
  rmSync(folder, { recursive: true });
});

describe('the account of the API', () => {
  const accountOf = (...args: string[]) => readSetup(readOptions(args)).account;
  it('is the example’s, the one of most principals, or the option’s', () => {
    expect(accountOf()).toBe('111122223333');
    expect(accountOf('--account', '222233334444')).toBe('222233334444');
    expect(accountOf('--policy', 'infra/policy.yaml', '--local-connect')).toBe('111122223333');
  });
});

describe('the secrets of callers whom no file of yours names', () => {
  const keysOf = (...args: string[]) =>
    readSetup(readOptions(args)).callers.map(({ secretAccessKey }) => secretAccessKey);
  const real = ['--policy', 'infra/policy.yaml', '--secrets', 'test/local/cli/secrets.yaml'];
  const known = 'not-a-secret-checkout-api';

  it('are in no file where a Connect is real, and differ from start to start', () => {
    const keys = [...keysOf(...real), ...keysOf(...real)];
    expect(keys.length).toBeGreaterThan(2);
    expect(new Set(keys).size).toBe(keys.length);
    for (const key of keys) expect(key).toMatch(/^[\w-]{40}$/);
  });

  it('are known where every Connect is on this machine; those of your own file stay', () => {
    expect(keysOf()).toContain(known);
    expect(keysOf('--policy', 'infra/policy.yaml', '--local-connect')).toContain(known);
    expect(keysOf(...real, '--callers', 'test/local/cli/callers.yaml')).toContain(known);
  });
});
