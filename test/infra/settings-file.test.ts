import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { readSettings } from '../../infra/settings.ts';
import { openSettings } from '../../infra/settings-file.ts';
import { temporaryFolder } from '../support/folders.ts';
import { goodPolicy, toYaml } from '../support/policies.ts';
import { clone, filesOf, synth } from './command-line.ts';

const good = `stages:
  production:
    stackName: shop-tokens
    policy: policies/production.yaml
    throttling: { requestsPerSecond: 10, burst: 20 }
    memoryMegabytes: 512
    logRetentionDays: 30
    apiGatewayAccountRole: false
`;
const folder = temporaryFolder();
const file = join(folder, 'settings.yaml');

/** With the context of a cdk.json that has a stage of the same name, and `options` after -c. */
function read(text: string, options: Record<string, string> = {}) {
  writeFileSync(file, text);
  const inCdkJson = { stages: { production: 'of cdk.json' } };
  const context: Record<string, unknown> = { ...inCdkJson, stage: 'production', settings: file, ...options };
  const get = (key: string) => context[key];
  return readSettings(get, openSettings(get));
}

describe('settings in a file outside the checkout', () => {
  it('take the place of the stages in cdk.json', () => {
    expect(read(good).stackName).toBe('shop-tokens');
  });

  it('may be JSON', () => {
    const [text, stage] = [JSON.stringify({ stages: { test: read(good) } }), 'test'];
    expect(() => read(text, { stage })).toThrow(`${file}:1:`);
    const { stage: _stage, ...settings } = read(good);
    expect(read(JSON.stringify({ stages: { test: settings } }), { stage }).stage).toBe('test');
  });

  it.each([
    ['a relative path counts from the file', good, {}, join(folder, 'policies/production.yaml')],
    [
      'an absolute one stays',
      good.replace('policies/', '/etc/policies/'),
      {},
      '/etc/policies/production.yaml',
    ],
    ['-c policy=FILE counts from the shell’s folder', good, { policy: 'mine.yaml' }, 'mine.yaml'],
  ])('name the policy: %s', (_what, text, options, expected) => {
    expect(read(text, options).policy).toBe(expected);
  });

  it.each([
    [
      'a wrong value',
      good.replace('512', '64'),
      ':6:22 stages.production.memoryMegabytes: write a whole number',
    ],
    [
      'a misspelt key',
      good.replace('stackName', 'stackname'),
      ':3:5 stages.production.stackname: no such key',
    ],
    ['a key beside the stages', `stage: production\n${good}`, ':1:1 stage: no such key: write stages'],
    ['no stages', '{}', ': '],
    ['bad syntax', 'stages: {', ':1:10 this is not valid YAML'],
    ['a list', '[]', ': '],
  ])('are refused with their place: %s', (_what, text, expected) => {
    const said = expected.startsWith(': ')
      ? `-c stage=production${expected}${file} stages has none yet`
      : file + expected;
    expect(() => read(text)).toThrow(said);
  });

  it('are refused if there is no such file', () => {
    const settings = join(folder, 'nowhere.yaml');
    expect(() => read(good, { settings })).toThrow(`${settings}: there is no such file: ${settings}`);
  });
});

describe('a checkout that nobody edits', () => {
  const [checkout, ours] = [clone('checkout'), join(temporaryFolder(), 'ours')];

  beforeAll(() => {
    mkdirSync(join(ours, 'policies'), { recursive: true });
    writeFileSync(join(ours, 'settings.yaml'), good);
    writeFileSync(join(ours, 'policies', 'production.yaml'), toYaml(goodPolicy()));
  });

  it('deploys settings and a policy from another folder', async () => {
    const out = temporaryFolder();
    const { code, output } = await synth(
      checkout,
      '-c',
      'stage=production',
      '-c',
      `settings=${join(ours, 'settings.yaml')}`,
      '-o',
      out,
    );
    expect(code, output).toBe(0);
    expect(filesOf(out)).toContain('shop-tokens.template.json');
  }, 180_000);
});
