import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../infra/commands/command-line.ts';
import { readAuditLine } from '../../infra/commands/policy/audit-line.ts';
import { ConfigurationError } from '../../infra/files/problems.ts';
import { temporaryFolder } from '../support/folders.ts';
import { policyCommand } from './command.ts';
import { run } from './run.ts';

const checkout = 'arn:aws:sts::111122223333:assumed-role/checkout-api/i-0abc';
const asCheckout = ['explain', '--principal', checkout, '--grant-type', 'client_credentials'];

describe('a mistake on the command line', () => {
  it.each([
    [
      'nothing',
      [],
      /^No subcommand\. Write one of matrix, diff, explain, check\. Options: npm run policy -- --help$/,
    ],
    ['an unknown subcommand', ['explian'], /^No such subcommand: explian\. Write one of/],
    ['a name that every object has', ['toString'], /^No such subcommand: toString/],
    [
      'an unknown option',
      ['matrix', '--jsno'],
      /^Unknown option '--jsno'\. Options: npm run policy -- matrix --help$/,
    ],
    ['a policy that there is not', ['matrix', '--policy', 'no.yaml'], /no\.yaml: there is no such file/],
    [
      'an ARN of another kind',
      ['matrix', '--who', 'arn:aws:s3:::bucket'],
      /^arn:aws:s3:::bucket: this is not the ARN/,
    ],
    ['two formats', ['matrix', '--json', '--csv'], /^--json cannot be used with --csv$/],
    [
      'a filter of a committed matrix',
      ['matrix', '--check', '--who', checkout],
      /^--check cannot be used with --who$/,
    ],
    ['no policy to compare with', ['diff'], /^Write one or two policies: OLD and NEW\./],
    [
      'a revision that there is not',
      ['diff', 'git:no-such-branch'],
      /^git:no-such-branch has no policy .*: fatal/,
    ],
    ['an option as a revision', ['diff', 'git:--output=x'], /^git:--output=x: write git:REVISION/],
    [
      'a root',
      ['explain', '--principal', 'arn:aws:iam::111122223333:root', '--grant-type', 'x'],
      /an account's root cannot/,
    ],
    [
      'many roles',
      ['explain', '--principal', 'arn:aws:iam::111122223333:role/apps*'],
      /stands for many roles/,
    ],
    ['no principal', ['explain', '--grant-type', 'client_credentials'], /^--principal is needed\./],
    [
      'a grant type that there is not',
      [...asCheckout.slice(0, 4), 'password'],
      /^--grant-type: write one of client_cred/,
    ],
    [
      'a user without a user grant',
      [...asCheckout, '--user', 'u'],
      /^--user cannot be used with client_credentials$/,
    ],
    [
      'a min_ttl above the most',
      [...asCheckout, '--min-ttl', '43201'],
      /^--min-ttl: write a whole number .* 0 to 43200$/,
    ],
    ['a retailer id with a space', [...asCheckout, '--retailer-id', 'a b'], /^--retailer-id: write 1 to 128/],
    [
      'a request and a line',
      [...asCheckout, '--line'],
      /^--(principal|grant-type) cannot be used with --line$/,
    ],
  ])('refuses %s in one line', async (_what, args, message) => {
    expect(await mistakeOf(args)).toMatch(message);
  });

  it.each([
    ['no user', 'fulfillment_user_assertion', [], /^--user is needed with fulfillment_user_assertion/],
    ['an empty user', 'fulfillment_user_assertion', ['--user', ''], /^--user: write 1 to 256 characters/],
    ['no redirect URI', 'authorization_code', [], /^--redirect-uri is needed with authorization_code/],
  ])('refuses %s with grant type %s', async (_what, grantType, more, message) => {
    expect(await mistakeOf([...asCheckout.slice(0, 4), grantType, ...more])).toMatch(message);
  });

  it.each([
    ['no JSON', 'token request', /^Standard input is not one audit line/],
    ['a list', '[]', /^Standard input is not one audit line/],
    ['no decision', '{"caller":"x"}', /^The audit line has no decision/],
    [
      "a denial that was not the policy's",
      '{"decision":"deny","reason":"field"}',
      /not asked .*: its reason is field$/,
    ],
    ['no caller', '{"decision":"allow"}', /^The audit line has no caller/],
    ['no grant type', `{"decision":"allow","caller":"${checkout}"}`, /^The audit line has no grant_type/],
    [
      'no client',
      `{"decision":"deny","reason":"client","caller":"${checkout}","grant_type":"client_credentials"}`,
      /^The audit line has no client: the policy had no client/,
    ],
  ])('refuses an audit line that is %s', (_what, input, message) => {
    expect(() => readAuditLine(input)).toThrow(UsageError);
    expect(() => readAuditLine(input)).toThrow(message);
  });
});

describe('help', () => {
  it.each(['matrix', 'diff', 'explain', 'check', ''])('helps: %s', async (name) => {
    const { code, out } = await run(name === '' ? ['--help'] : [name, '--help']);
    expect(code).toBe(0);
    expect(out).toMatch(new RegExp(`^npm run policy -- ${name || 'SUBCOMMAND'}`));
    expect(out).toMatch(/^Exit status: 0 .*/m);
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(125);
  });
});

/** The one line that the user reads. The command turns both kinds of error into status 2. */
async function mistakeOf(args: string[]): Promise<string> {
  const error = await run(args).then(
    ({ code }) => new Error(`no mistake, but status ${code}`),
    (thrown: Error) => thrown,
  );
  expect(error instanceof UsageError || error instanceof ConfigurationError, error.stack).toBe(true);
  expect(error.message).not.toContain('\n');
  return error.message;
}

it('what a terminal would obey is written as an escape', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'escapes.yaml'), `version: 1\n"\\e[2Jevil": 1\n"\\u202ereversed": 1\n`);
  const { err } = await policyCommand(['check', 'escapes.yaml'], { folder });
  expect(err).toContain('\\u{1b}[2Jevil');
  expect(err).toContain('\\u{202e}reversed');
  const line = JSON.stringify({ decision: 'deny', reason: '\u001b[2J' });
  const explained = await policyCommand(['explain', '--line'], { input: line });
  const printed = (err + explained.out + explained.err).replaceAll('\n', '');
  expect(printed).not.toMatch(/[\p{Cc}\p{Cf}]/u);
});
