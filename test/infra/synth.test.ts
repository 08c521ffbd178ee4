import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/folders.ts';
import { clone, cloneWithCrlf, filesOf, repository, synth, synthUnder } from './command-line.ts';

describe('cdk synth, in two folders, in one of them with CRLF line ends and a strict umask', () => {
  const folders = [clone('a'), cloneWithCrlf('a-folder/with/a-much-longer-name')] as const;

  beforeAll(async () => {
    const results = await Promise.all([
      synth(folders[0], '-o', 'out'),
      synthUnder('077', folders[1], '-o', 'out'),
    ]);
    expect(
      results.map(({ code }) => code),
      results.map(({ output }) => output).join('\n'),
    ).toEqual([0, 0]);
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

describe('cdk synth', () => {
  const folder = clone('a');

  it('takes another policy, and another stage', async () => {
    const policy = readFileSync(join(repository, 'test', 'local', 'cli', 'policy.yaml'), 'utf8');
    writeFileSync(join(folder, 'mine.yaml'), policy.replaceAll('checkout-api', 'till'));
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
    const { code, output } = await synth(folder, '-c', 'policy=bad.yaml', '-o', temporaryFolder());
    expect(code).not.toBe(0);
    expect(output).toMatch(/^bad\.yaml:2:1 clients: is empty/m);
    expect(output).toMatch(/^bad\.yaml:3:1 grants: is empty/m);
    expect(output).not.toMatch(/^\s+at /m);
  }, 60_000);

  it('refuses a bad setting with its place in cdk.json', async () => {
    const text = readFileSync(join(folder, 'cdk.json'), 'utf8');
    writeFileSync(join(folder, 'cdk.json'), text.replace('"refreshMinutes"', '"refreshMinuets"'));
    const { code, output } = await synth(folder, '-o', temporaryFolder());
    writeFileSync(join(folder, 'cdk.json'), text);
    expect(code).not.toBe(0);
    expect(output).toMatch(
      /^cdk\.json:13:9 context\.stages\.production\.refreshMinuets: no such key: write refreshMinutes$/m,
    );
    expect(output).not.toMatch(/^\s+at /m);
  }, 60_000);

  it('refuses a stage that there is not in plain words', async () => {
    const { code, output } = await synth(folder, '-c', 'stage=nowhere', '-o', temporaryFolder());
    expect(code).not.toBe(0);
    expect(output).toMatch(/^-c stage=nowhere: write the name of a stage: production or development$/m);
    expect(output).not.toMatch(/^\s+at /m);
  }, 60_000);
});
