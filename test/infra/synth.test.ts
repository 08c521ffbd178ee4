import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { temporaryFolder } from '../support/folders.ts';
import { cdk, clone, cloneWithCrlf, filesOf, repository, synth, synthUnder } from './command-line.ts';

describe('cdk synth, in two folders, in one of them with CRLF line ends and a strict umask', () => {
  const folders = [clone('a'), cloneWithCrlf('a-folder/with/a-much-longer-name')] as const;

  beforeAll(async () => {
    vi.stubEnv('CDK_VALIDATION', undefined);
    const results = await Promise.all([
      synth(folders[0], '-c', 'stage=production', '-o', 'out'),
      synthUnder('077', folders[1], '-c', 'stage=production', '-o', 'out'),
    ]);
    expect(
      results.map(({ code }) => code),
      results.map(({ output }) => output).join('\n'),
    ).toEqual([0, 0]);
    vi.unstubAllEnvs();
  }, 120_000);

  it('needs no credentials, and writes template, asset manifest and the asset', () => {
    const [out] = folders.map((folder) => filesOf(join(folder, 'out')));
    expect(out).toContain('connect-token-vending.template.json');
    expect(out).toContain('connect-token-vending.assets.json');
    for (const entry of ['vend', 'refresh']) {
      const file = new RegExp(`^asset\\.[0-9a-f]{64}/${entry}-function\\.mjs$`);
      expect(out?.some((name) => file.test(name))).toBe(true);
    }
  });

  it('writes the same files, byte for byte; but for where constructs were made, which error messages tell', () => {
    const [one, other] = folders.map((folder) => join(folder, 'out'));
    if (one === undefined || other === undefined) throw new Error('there are two');
    expect(filesOf(one)).toEqual(filesOf(other));
    expect(filesOf(one).length).toBeGreaterThan(20);
    for (const file of filesOf(one)) {
      const [left, right] = [read(join(one, file), folders[0]), read(join(other, file), folders[1])];
      expect(left.equals(right), file).toBe(true);
    }
  });

  it('leaves every file of the asset readable for all: Lambda gets the modes with the zip', () => {
    const out = join(folders[1], 'out');
    const modes = filesOf(out)
      .filter((file) => /^(asset\.[0-9a-f]{64}|bundle\/[0-9a-f]+\/functions)\//.test(file))
      .map((file) => (statSync(join(out, file)).mode & 0o777).toString(8));
    expect(modes.length).toBeGreaterThan(10);
    expect(new Set(modes)).toEqual(new Set(['644']));
    const [construct = ''] = readdirSync(join(out, 'bundle'));
    expect((statSync(join(out, 'bundle', construct, 'functions')).mode & 0o777).toString(8)).toBe('755');
    // The umask was at work: CDK's own files are private.
    expect((statSync(join(out, 'manifest.json')).mode & 0o777).toString(8)).toBe('600');
  });

  function read(file: string, folder: string): Buffer {
    const contents = readFileSync(file);
    if (!file.endsWith('.metadata.json')) return contents;
    return Buffer.from(contents.toString().replaceAll(folder, ''));
  }
});

describe('cdk deploy, where no stage is named,', () => {
  const folder = clone('a');
  const sentence = /^no stage is named: write -c stage=production or -c stage=development$/m;

  it.each([
    ['with no options', [], sentence],
    [
      'with a misspelt key',
      ['-c', 'stge=development'],
      /^-c stge=development: no such key: write -c stage=development$/m,
    ],
    ['with an option that CDK does not have', ['--stage', 'development'], sentence],
    ['with a colon for an equals sign', ['-c', 'stage:development'], sentence],
    [
      'with a misspelt key of the policy',
      ['-c', 'stage=development', '-c', 'polcy=mine.yaml'],
      /^-c polcy=mine\.yaml: no such key: write -c policy=mine\.yaml$/m,
    ],
  ])(
    'deploys nothing and says what to write: %s',
    async (_what, options, expected) => {
      const out = join(temporaryFolder(), 'out');
      const { code, output } = await cdk(
        folder,
        'deploy',
        '--require-approval',
        'never',
        ...options,
        '-o',
        out,
      );
      expect(code).toBe(1);
      expect(output).toMatch(expected);
      expect(output).not.toMatch(/^\s+at /m);
      expect(existsSync(out) ? filesOf(out).filter((file) => file.endsWith('.json')) : []).toEqual([]);
    },
    60_000,
  );
});

describe('cdk synth', () => {
  const folder = clone('a');
  const production = ['-c', 'stage=production'];

  it('takes the keys of CDK itself, and mentions a grant that expires soon', async () => {
    const [today = ''] = new Date().toISOString().split('T');
    const policy = readFileSync(join(folder, 'infra', 'policy.yaml'), 'utf8');
    const expiring = policy.replace('  - id: checkout\n', `  - id: checkout\n    expires: ${today}\n`);
    writeFileSync(join(folder, 'expiring.yaml'), expiring);
    const own = [
      '-c',
      '@aws-cdk/core:suppressTemplateIndentation=true',
      '-c',
      'aws-cdk:enableDiffNoFail=true',
    ];
    const policyOption = ['-c', 'policy=expiring.yaml'];
    const { code, output } = await synth(
      folder,
      ...production,
      ...policyOption,
      ...own,
      '-o',
      temporaryFolder(),
    );
    expect(code, output).toBe(0);
    const line = expiring.split('\n').findIndex((text) => text.includes('expires: ')) + 1;
    expect(output).toContain(
      `expiring.yaml:${line}:14 grants[0].expires: the last day of grant checkout is ${today}, today: remove the grant then, or write a later date`,
    );
  }, 60_000);

  it('refuses what only a deployment refuses: a host on this machine, and the secret of another stage', async () => {
    const policy = readFileSync(join(folder, 'infra', 'policy.yaml'), 'utf8');
    writeFileSync(
      join(folder, 'local.yaml'),
      policy.replace('https://connect.instacart.com', 'http://localhost:8080'),
    );
    const options = ['-c', 'stage=development', '-c', 'policy=local.yaml', '-o', temporaryFolder()];
    const { code, output } = await synth(folder, ...options);
    expect(code).toBe(1);
    expect(output).toMatch(/^local\.yaml:\d+:14 clients\.acme\.baseUrl: is on this machine, /m);
    expect(output).toMatch(
      /^local\.yaml:\d+:17 clients\.acme\.secretName: the stage production \(infra\/policy\.yaml\) has a secret of this name too: write another$/m,
    );
  }, 60_000);

  it('takes another policy, and another stage', async () => {
    const policy = readFileSync(join(repository, 'test', 'local', 'cli', 'policy.yaml'), 'utf8');
    const mine = policy.replaceAll('checkout-api', 'till').replace('connect/acme', 'connect/mine');
    writeFileSync(join(folder, 'mine.yaml'), mine);
    const out = temporaryFolder();
    const { code, output } = await synth(
      folder,
      '-c',
      'policy=mine.yaml',
      '-c',
      'stage=development',
      '-o',
      out,
    );
    expect(code, output).toBe(0);
    const template = readFileSync(join(out, 'connect-token-vending-development.template.json'), 'utf8');
    expect(template).toContain('role/apps/till');
    const [asset = ''] = filesOf(out).filter((file) => /^asset\..*policy\.json$/.test(file));
    expect(readFileSync(join(out, asset), 'utf8')).toContain('"till"');
  }, 60_000);

  it('refuses a bad policy in plain words', async () => {
    writeFileSync(join(folder, 'bad.yaml'), 'version: 1\nclients: {}\ngrants: []\n');
    const { code, output } = await synth(
      folder,
      ...production,
      '-c',
      'policy=bad.yaml',
      '-o',
      temporaryFolder(),
    );
    expect(code).not.toBe(0);
    expect(output).toMatch(/^bad\.yaml:2:1 clients: is empty/m);
    expect(output).toMatch(/^bad\.yaml:3:1 grants: is empty/m);
    expect(output).not.toMatch(/^\s+at /m);
  }, 60_000);

  it('refuses a bad setting with its place in cdk.json', async () => {
    const text = readFileSync(join(folder, 'cdk.json'), 'utf8');
    writeFileSync(join(folder, 'cdk.json'), text.replace('"refreshMinutes"', '"refreshMinuets"'));
    const { code, output } = await synth(folder, ...production, '-o', temporaryFolder());
    writeFileSync(join(folder, 'cdk.json'), text);
    expect(code).not.toBe(0);
    expect(output).toMatch(
      /^cdk\.json:12:9 context\.stages\.production\.refreshMinuets: no such key: write refreshMinutes$/m,
    );
    expect(output).not.toMatch(/^\s+at /m);
  }, 60_000);

  it('refuses a stage that there is not in plain words', async () => {
    const { code, output } = await synth(folder, '-c', 'stage=nowhere', '-o', temporaryFolder());
    expect(code).not.toBe(0);
    expect(output).toMatch(/^-c stage=nowhere: write -c stage=production or -c stage=development$/m);
    expect(output).not.toMatch(/^\s+at /m);
  }, 60_000);
});
