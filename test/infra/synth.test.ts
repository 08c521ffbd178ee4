import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/folders.ts';

const repository = join(import.meta.dirname, '..', '..');
const sources = ['lambda', 'infra', 'cdk.json', 'package.json', 'tsconfig.json'];

type Result = { code: number; output: string };

/** A clone as it is after `npm ci`; the packages are linked, not copied. */
function clone(name: string): string {
  const folder = join(temporaryFolder(), name);
  mkdirSync(folder, { recursive: true });
  for (const source of sources) cpSync(join(repository, source), join(folder, source), { recursive: true });
  symlinkSync(join(repository, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}

/** The CDK's command line with no AWS credentials, region, profile or network metadata in reach. */
function synth(folder: string, ...options: string[]): Promise<Result> {
  const cdk = join(folder, 'node_modules', 'aws-cdk', 'bin', 'cdk');
  const env = {
    PATH: `${dirname(process.execPath)}${delimiter}/usr/bin:/bin`,
    HOME: temporaryFolder(),
    AWS_EC2_METADATA_DISABLED: 'true',
    CDK_DISABLE_CLI_TELEMETRY: 'true',
    CI: 'true',
  };
  const args = [cdk, '--no-notices', 'synth', '--quiet', ...options];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: folder, env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), output: `${stdout}${stderr}` });
    });
  });
}

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(folder, name)).isFile())
    .toSorted();
}

describe('cdk synth, twice in two folders', () => {
  const folders = [clone('a'), clone('a-folder/with/a-much-longer-name')] as const;

  beforeAll(async () => {
    const results = await Promise.all([synth(folders[0], '-o', 'out'), synth(folders[1], '-o', 'out')]);
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
