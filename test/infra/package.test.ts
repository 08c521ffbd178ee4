import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/folders.ts';
import { goodPolicy, toYaml } from '../support/policies.ts';
import { clone, filesOf, repository } from './command-line.ts';

const run = promisify(execFile);
const name = 'connect-token-vending';
const checkout = clone('checkout');
const consumer = join(temporaryFolder(), 'shop');
const installed = join(consumer, 'node_modules', name);
let bytes: number;

/** The pinned Node, and every other version that the shell finds, such as the host's own. */
const nodes = new Map([[process.version, process.execPath]]);
for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
  const node = join(folder, 'node');
  if (!existsSync(node)) continue;
  const version = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim();
  if (!nodes.has(version)) nodes.set(version, node);
}

/** With its dependencies and peers linked, and nothing else in reach: what is not declared is missed. */
async function install(): Promise<void> {
  mkdirSync(installed, { recursive: true });
  const options = ['--silent', '--offline', '--pack-destination', consumer];
  await run('npm', ['pack', ...options], { cwd: checkout });
  const [tarball = ''] = readdirSync(consumer).filter((file) => file.endsWith('.tgz'));
  bytes = readFileSync(join(consumer, tarball)).length;
  await run('tar', ['xzf', join(consumer, tarball), '-C', installed, '--strip-components', '1']);
  const { dependencies, peerDependencies } = manifest();
  for (const used of Object.keys({ ...dependencies, ...peerDependencies }))
    symlinkSync(join(repository, 'node_modules', used), join(consumer, 'node_modules', used));
}

function manifest(): Record<string, Record<string, string>> {
  return JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
}

/** An app with the construct in its own stack, beside the whole stack. */
const app = (from: string) => `
  import { App, Stack } from 'aws-cdk-lib';
  import { readPolicy, TokenVending, VendingStack } from '${from}';
  const app = new App({ outdir: process.argv[2], analyticsReporting: false });
  const policy = readPolicy('policy.yaml');
  new TokenVending(new Stack(app, 'Shop'), 'Tokens', { policy });
  new VendingStack(app, 'Vending', { policy });
  app.synth();`;

/** Synthesises in `folder`, and returns the contents of every file but for CDK's own notes on the run. */
async function synth(folder: string, node: string, from: string): Promise<Map<string, string>> {
  writeFileSync(join(folder, 'policy.yaml'), toYaml(goodPolicy()));
  writeFileSync(join(folder, 'app.mjs'), app(from));
  const out = temporaryFolder();
  await run(node, ['app.mjs', out], { cwd: folder });
  const files = filesOf(out).filter((file) => !/^(manifest|tree)\.json$|\.metadata\.json$/.test(file));
  return new Map(files.map((file) => [file, readFileSync(join(out, file), 'latin1')]));
}

/** What the compiler says of an app of ours. CDK's own declarations are not checked. */
async function compile(lines: readonly string[]): Promise<string> {
  writeFileSync(join(consumer, 'app.ts'), lines.join('\n'));
  const options = ['--ignoreConfig', '--strict', '--noEmit', '--skipLibCheck', '--module', 'nodenext'];
  const tsc = join(repository, 'node_modules', 'typescript', 'bin', 'tsc');
  const compiling = run(process.execPath, [tsc, ...options, 'app.ts'], { cwd: consumer });
  return (await compiling.catch((error: { stdout: string }) => error)).stdout;
}

beforeAll(async () => {
  mkdirSync(consumer);
  writeFileSync(join(consumer, 'package.json'), '{ "type": "module" }');
  await install();
}, 180_000);

describe('the package', () => {
  it('is built code with types, the schema of the policy file and nothing of the sources: 400 kB at most', () => {
    const files = filesOf(installed);
    console.log(`the package: ${bytes} bytes, ${files.length} files`);
    expect(bytes).toBeLessThan(400_000);
    expect(files).toEqual(
      expect.arrayContaining(['README.md', 'LICENSE', 'dist/infra/index.d.ts', 'infra/policy.schema.json']),
    );
    const others = files.filter((file) => !/\.(js|d\.ts|mjs|mjs\.map)$/.test(file));
    expect(others).toEqual(['LICENSE', 'README.md', 'infra/policy.schema.json', 'package.json']);
    expect(files.some((file) => file.startsWith('lambda/') || file.includes('test'))).toBe(false);
  });

  it('needs a CDK that has what the code uses, and neither SDK nor build tools', () => {
    const { dependencies, peerDependencies } = manifest();
    expect(Object.keys(dependencies ?? {})).toEqual(['leven', 'yaml', 'zod']);
    expect(Object.keys(peerDependencies ?? {})).toEqual(['aws-cdk-lib', 'constructs']);
  });

  it('exports exactly the public names', async () => {
    const print = `import * as all from '${name}'; console.log(Object.keys(all).join());`;
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', print], { cwd: consumer });
    expect(stdout).toBe('ConfigurationError,TokenVending,VendingStack,readPolicy\n');
  });

  it('is taken by an app that is CommonJS too', async () => {
    const print = `console.log(typeof require('${name}').TokenVending);`;
    const { stdout } = await run(process.execPath, ['-e', print], { cwd: consumer });
    expect(stdout).toBe('function\n');
  });

  it('synthesises what the checkout does, asset hashes included, on every Node at hand', async () => {
    const fromCheckout = await synth(checkout, process.execPath, './infra/index.ts');
    const templates = [...fromCheckout.keys()].filter((file) => file.endsWith('.template.json'));
    expect(templates).toEqual(['Shop.template.json', 'Vending.template.json']);
    expect([...fromCheckout.keys()].some((file) => /^asset\.[0-9a-f]{64}\/policy\.json$/.test(file))).toBe(
      true,
    );
    for (const [version, node] of nodes) {
      const fromPackage = await synth(consumer, node, name);
      expect([...fromPackage.keys()], version).toEqual([...fromCheckout.keys()]);
      for (const [file, contents] of fromCheckout)
        expect(fromPackage.get(file) === contents, `${file} on ${version}`).toBe(true);
    }
    console.log(`synthesised on ${[...nodes.keys()].join(', ')}`);
  }, 300_000);

  it('has types that compile under strict, and that tell a wrong prop', async () => {
    const output = await compile([
      "import { App, Duration, Stack } from 'aws-cdk-lib';",
      `import { type CompiledPolicy, readPolicy, TokenVending, type TokenVendingProps } from '${name}';`,
      "const stack = new Stack(new App(), 'Shop');",
      "const policy: CompiledPolicy = readPolicy('policy.yaml');",
      'const props: TokenVendingProps = { policy, refreshEvery: Duration.minutes(5) };',
      "export const url: string = new TokenVending(stack, 'Tokens', props).tokenUrl;",
      "new TokenVending(stack, 'Other', { policy, refreshEvery: 5 });",
      "export const wrong: number = new TokenVending(stack, 'Third', props).tokenUrl;",
    ]);
    expect([...output.matchAll(/^app\.ts\((\d+),/gm)].map(([, line]) => line)).toEqual(['7', '8']);
  }, 120_000);
});
