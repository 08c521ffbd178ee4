import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Bundle, bundleFunctions } from '../../infra/bundle.ts';
import { compilePolicy } from '../../infra/policy/compile.ts';
import { temporaryFolder } from '../support/folders.ts';
import { goodPolicy, toYaml } from '../support/policies.ts';

const { policy } = compilePolicy(toYaml(goodPolicy()), 'p.yaml');
const into = join(temporaryFolder(), 'asset');
const entries = ['vend-function.mjs', 'refresh-function.mjs'];
let bundle: Bundle;

beforeAll(async () => {
  mkdirSync(into);
  writeFileSync(join(into, 'left-over.mjs'), '');
  bundle = bundleFunctions({ policy, into });
});

afterAll(() => vi.unstubAllEnvs());

function importsIn(texts: readonly string[]): string[] {
  return texts.flatMap((text) =>
    [...text.matchAll(/(?:\bfrom\s*|\bimport\(|\bimport\s*)"([^"]+)"/g)].map(([, name = '']) => name),
  );
}

describe('the bundle', () => {
  it('of all functions is 100 kB at most, source maps aside', () => {
    console.log(`the bundle: ${bundle.bytes} bytes in ${Object.keys(bundle.files).length} files`);
    expect(bundle.bytes).toBeLessThanOrEqual(100_000);
  });

  it('has the code once: the entries hold next to nothing', () => {
    for (const entry of entries) expect(bundle.files[entry], entry).toBeLessThan(1_000);
  });

  it('is the entries, their chunks and the policy: nothing left over, no map, no licence comments', () => {
    const files = readdirSync(into);
    expect(files.toSorted()).toEqual(Object.keys(bundle.files).toSorted());
    expect(files.every((file) => file === 'policy.json' || file.endsWith('.mjs'))).toBe(true);
    expect(files).toEqual(expect.arrayContaining(entries));
    expect(JSON.parse(readFileSync(join(into, 'policy.json'), 'utf8'))).toEqual(policy);
    for (const file of files)
      expect(readFileSync(join(into, file), 'utf8')).not.toMatch(/sourceMappingURL|\/\*!/);
  });

  it('has a source map for every file of code, beside it', () => {
    const code = readdirSync(into).filter((file) => file.endsWith('.mjs'));
    expect(readdirSync(`${into}-maps`).toSorted()).toEqual(code.map((file) => `${file}.map`).toSorted());
  });

  it('is loaded in one go: nothing is left for a later import', () => {
    const texts = readdirSync(into).map((file) => readFileSync(join(into, file), 'utf8'));
    expect(texts.join()).toContain('GetSecretValue');
    expect(texts.join().match(/\bimport\("\.[^"]*"\)/g)).toBeNull();
  });

  it("imports nothing but itself and Node's own modules", () => {
    const names = importsIn(readdirSync(into).map((file) => readFileSync(join(into, file), 'utf8')));
    expect(names).toContain('node:fs');
    expect(names.filter((name) => !name.startsWith('.') && !isBuiltin(name))).toEqual([]);
  });

  it('imports no module of Node whose exports would load fetch or streams with it', () => {
    const names = importsIn(readdirSync(into).map((file) => readFileSync(join(into, file), 'utf8')));
    const builtins = new Set(names.filter((name) => isBuiltin(name)));
    expect([...builtins].toSorted()).toEqual([
      'node:crypto',
      'node:fs',
      'node:timers',
      'node:timers/promises',
    ]);
  });

  it.each(entries)('starts %s by itself, with no node_modules in reach', async (entry) => {
    vi.stubEnv('TOKEN_TABLE', 'tokens');
    vi.stubEnv('SERVICE_NAME', 'vending');
    const { handler } = await import(join(into, entry));
    expect(handler).toBeTypeOf('function');
  });

  it('is the same bytes wherever and from wherever it is built', async () => {
    const elsewhere = join(temporaryFolder('another-rather-long-name-'), 'deeper', 'asset');
    const cwd = process.cwd();
    process.chdir(tmpdir());
    try {
      expect(bundleFunctions({ policy, into: elsewhere }).files).toEqual(bundle.files);
    } finally {
      process.chdir(cwd);
    }
    for (const file of Object.keys(bundle.files)) {
      expect(readFileSync(join(elsewhere, file)).equals(readFileSync(join(into, file))), file).toBe(true);
    }
  });
});
