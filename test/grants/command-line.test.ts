import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/folders.ts';
import { largePolicy } from '../support/large-policy.ts';
import { goodPolicy, toYaml } from '../support/policies.ts';
import { policyCommand } from './command.ts';

const checkout = 'arn:aws:sts::111122223333:assumed-role/checkout-api/i-0abc';
const asCheckout = ['--principal', checkout, '--grant-type', 'client_credentials'];

describe('npm run policy', { timeout: 120_000 }, () => {
  it('refuses an unknown subcommand and a broken audit line in one line, with status 2', async () => {
    expect(await policyCommand(['explian'])).toEqual({
      code: 2,
      out: '',
      err: 'No such subcommand: explian. Write one of matrix, diff, explain, check. Options: npm run policy -- --help\n',
    });
    expect(await policyCommand(['explain', '--line'], { input: '{"decision":' })).toEqual({
      code: 2,
      out: '',
      err: 'Standard input is not one audit line: write one JSON object\n',
    });
    expect(await policyCommand(['--help'])).toMatchObject({ code: 0, err: '' });
  });

  it('does all of it for a policy of 500 principals and 50 grants', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'old.yaml'), largePolicy());
    writeFileSync(
      join(folder, 'new.yaml'),
      largePolicy((_grant, index) => (index === 1 ? { users: ['*'] } : {})),
    );
    const [checked, matrix, diff, denied] = await Promise.all(
      [
        ['check', 'old.yaml', 'new.yaml'],
        ['matrix', '--policy', 'old.yaml', '--json'],
        ['diff', 'old.yaml', 'new.yaml'],
        ['explain', '--policy', 'old.yaml', ...asCheckout],
      ].map((args) => policyCommand(args, { folder })),
    );
    expect(checked).toMatchObject({
      code: 0,
      out: expect.stringMatching(/50 grants, 500 principals\n.*50 grants/),
    });
    // 13 grants of two scopes, and 37 of one.
    expect(JSON.parse(matrix?.out ?? '')).toHaveLength(10 * (2 * 13 + 37));
    expect(diff?.code).toBe(1);
    expect(diff?.out.split('\n')[0]).toBe(
      '+ role/team-1-service-0 of 111122223333 gains connect:post_checkout by fulfillment_user_assertion for acme, for every user other than test-1-*, user-1',
    );
    expect(diff?.out.trim().split('\n')).toHaveLength(10);
    expect(denied).toMatchObject({ code: 1, out: expect.stringMatching(/^Denied: reason caller\n/) });
  });

  it('compares with a commit, whatever the folder that the user is in', async () => {
    const folder = temporaryFolder();
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=n', '-c', 'user.email=e@example.com', ...args], { cwd: folder });
    const policy = goodPolicy();
    const [grant] = policy.grants;
    writeFileSync(join(folder, 'p.yaml'), toYaml(policy));
    git('init', '-q');
    git('add', '.');
    git('commit', '-qm', 'one');
    const wider = {
      ...policy,
      grants: [{ ...grant, principals: ['arn:aws:iam::111122223333:role/checkout*'] }],
    };
    writeFileSync(join(folder, 'p.yaml'), toYaml(wider as never));
    const gain =
      '+ role/checkout* of 111122223333 other than checkout gains connect:fulfillment by client_credentials for acme\n';
    const run = (...args: string[]) => policyCommand(['diff', ...args], { folder });
    expect(await run('git:HEAD', '--policy', 'p.yaml')).toEqual({ code: 1, out: gain, err: '' });
    expect(await run('git:HEAD:p.yaml', 'p.yaml')).toEqual({ code: 1, out: gain, err: '' });
    expect(await run('p.yaml', 'git:HEAD', '--policy', 'p.yaml')).toEqual({
      code: 0,
      out: gain.replace('+', '-').replace('gains', 'loses'),
      err: '',
    });
    const { code, out } = await run('p.yaml', 'p.yaml', '--json');
    expect([code, JSON.parse(out)]).toEqual([0, { gains: [], losses: [], notes: [] }]);
  });

  it('checks for a deployment, by the date of today', async () => {
    const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
    const withGrantThat = (change: object, baseUrl?: string) => {
      const policy = goodPolicy();
      return toYaml({
        ...policy,
        clients: { acme: { ...policy.clients['acme'], ...(baseUrl !== undefined && { baseUrl }) } },
        grants: [{ ...policy.grants[0], ...change }],
      });
    };
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'ends.yaml'), withGrantThat({ expires: day(3) }));
    writeFileSync(join(folder, 'ended.yaml'), withGrantThat({ expires: day(-3) }));
    writeFileSync(join(folder, 'local.yaml'), withGrantThat({}, 'http://127.0.0.1:4010'));
    const run = (file: string) => policyCommand(['check', file], { folder });
    const [ends, ended, local] = await Promise.all(['ends.yaml', 'ended.yaml', 'local.yaml'].map(run));
    expect([ends?.code, ended?.code, local?.code]).toEqual([0, 2, 2]);
    expect(ends?.err).toContain('the last day of grant checkout is');
    expect(ended?.err).toContain('the grant has expired on');
    expect(local?.err).toContain('is on this machine');
  });

  it('checks as synth does, several files at once, with status 2 for a mistake', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'good.yaml'), toYaml(goodPolicy()));
    writeFileSync(join(folder, 'bad.yaml'), 'version: 1\nclients: {}\ngrants: []\n');
    const plain = await policyCommand(['check', 'good.yaml', 'bad.yaml'], { folder });
    expect(plain.code).toBe(2);
    expect(plain.out).toMatch(/^\S*good\.yaml: no mistakes; 1 grant, 1 principal\n$/);
    expect(plain.err).toMatch(
      /^\S*bad\.yaml:2:1 clients: is empty.*\n\S*bad\.yaml:3:1 grants: is empty.*\n$/,
    );
    const json = await policyCommand(['check', '--json', 'good.yaml', 'bad.yaml'], { folder });
    expect([json.code, json.err]).toEqual([2, '']);
    expect(JSON.parse(json.out)).toMatchObject([
      { ok: true, problems: [] },
      { ok: false, problems: [/2:1/, /3:1/].map((text) => expect.stringMatching(text)) },
    ]);
    expect(await policyCommand(['check', '--quiet', 'good.yaml'], { folder })).toEqual({
      code: 0,
      out: '',
      err: '',
    });
  });

  it('writes the matrix beside a policy, and finds one that is out of date or missing', async () => {
    const folder = temporaryFolder();
    const [file, matrix] = [join(folder, 'p.yaml'), join(folder, 'p.matrix.md')];
    writeFileSync(file, toYaml(goodPolicy()));
    const run = (option: string) => policyCommand(['matrix', option, '--policy', 'p.yaml'], { folder });
    const stale = {
      code: 1,
      out: '',
      err: `${matrix}: missing or out of date, run npm run policy -- matrix --write, with the same --policy if there was one\n`,
    };
    expect(await run('--check')).toEqual(stale);
    expect(await run('--write')).toEqual({ code: 0, out: `${matrix}\n`, err: '' });
    expect(await run('--check')).toEqual({ code: 0, out: '', err: '' });
    writeFileSync(matrix, readFileSync(matrix, 'utf8').replaceAll('\n', '\r\n'));
    expect(await run('--check')).toMatchObject({ code: 0 });
    writeFileSync(file, toYaml(goodPolicy()).replaceAll('role/checkout', 'role/till'));
    expect(await run('--check')).toEqual(stale);
  });

  it("finds the committed matrices of this checkout's policies as they should be", async () => {
    expect(await policyCommand(['matrix', '--check'])).toEqual({ code: 0, out: '', err: '' });
  });
});
