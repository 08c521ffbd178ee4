import { execFile } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/folders.ts';

const repository = join(import.meta.dirname, '..', '..');
const manifest = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};

/** A checkout before `npm ci`. */
function checkout(): string {
  const folder = temporaryFolder();
  for (const name of ['package.json', 'cdk.json', 'infra'])
    cpSync(join(repository, name), join(folder, name), { recursive: true });
  return folder;
}

/** The same with all packages but `node`. */
function withoutNode(): string {
  const folder = checkout();
  const packages = join(folder, 'node_modules');
  mkdirSync(join(packages, 'node', 'bin'), { recursive: true });
  for (const name of readdirSync(join(repository, 'node_modules'))) {
    if (name !== 'node') symlinkSync(join(repository, 'node_modules', name), join(packages, name));
  }
  const description = join('node_modules', 'node', 'package.json');
  cpSync(join(repository, description), join(folder, description));
  return folder;
}

type Result = { code: number; stdout: string; stderr: string };

function run(folder: string, command: string, ...args: string[]): Promise<Result> {
  // npm puts the pinned Node first where there is one. Here the Node that runs this test is the host's.
  const env = {
    PATH: [dirname(process.execPath), '/usr/local/bin', '/usr/bin', '/bin'].join(delimiter),
    HOME: folder,
    CI: 'true',
    AWS_EXAMPLE: 'set',
    NODE_OPTIONS: '--no-warnings',
    HTTPS_PROXY: 'set',
  };
  return new Promise((resolve) => {
    execFile(command, args, { cwd: folder, env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

const preflight = (folder: string, ...args: string[]) =>
  run(folder, process.execPath, 'infra/preflight.js', ...args);

describe('before npm ci', () => {
  const sentence = 'The packages are not installed: run npm ci\n';

  // `test` begins with `check`, by way of npm.
  const scripts = Object.entries(manifest.scripts).filter(([name]) => name !== 'test');
  it.each(scripts)('npm run %s says what to run', async (_name, script) => {
    expect(await run(checkout(), 'sh', '-c', script)).toEqual({ code: 2, stdout: '', stderr: sentence });
  });

  it('npm test begins with a script that says it', () => {
    expect(manifest.scripts['test']).toMatch(/^npm run check && /);
  });

  it('the CDK app says what to run', async () => {
    const cdk = join(repository, 'node_modules', 'aws-cdk', 'bin', 'cdk');
    const { code, stdout, stderr } = await run(checkout(), process.execPath, cdk, '--no-notices', 'synth');
    expect(code).not.toBe(0);
    expect(stdout + stderr).toContain(sentence);
    expect(stdout + stderr).not.toMatch(/^\s+at /m);
  });
});

describe('an installation is refused', () => {
  it('whose install scripts did not run', async () => {
    expect(await preflight(withoutNode())).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'The install script of the package node has not run: run npm rebuild node --ignore-scripts=false\n',
    });
  });

  it('that another machine has made', async () => {
    const folder = withoutNode();
    const node = join(folder, 'node_modules', 'node', 'bin', 'node');
    writeFileSync(node, '#!/nonexistent/interpreter\n');
    chmodSync(node, 0o755);
    const { code, stderr } = await preflight(folder);
    expect([code, stderr]).toEqual([
      2,
      'The Node in node_modules does not run on this machine: run npm ci on this machine\n',
    ]);
  });

  it('of an older checkout', async () => {
    const folder = withoutNode();
    const text = readFileSync(join(folder, 'package.json'), 'utf8');
    writeFileSync(join(folder, 'package.json'), text.replace(/"zod": "[\d.]+"/, '"zod": "0.0.1"'));
    const { code, stderr } = await preflight(folder);
    expect([code, stderr]).toEqual([
      2,
      'zod in node_modules is not the version of package.json: run npm ci\n',
    ]);
  });
});

describe('a whole installation', () => {
  function installed(script: string): string {
    const folder = checkout();
    symlinkSync(join(repository, 'node_modules'), join(folder, 'node_modules'));
    writeFileSync(join(folder, 'script.ts'), script);
    return folder;
  }
  const print =
    'const names: string[] = Object.keys(process.env); console.log(names.join(), process.argv.slice(2));';

  it('runs nothing where nothing is asked', async () => {
    expect(await preflight(installed(''))).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it('runs a script with its options and in the environment of the shell', async () => {
    const { code, stdout } = await preflight(installed(print), 'script.ts', '--once', 'a b');
    expect(code).toBe(0);
    expect(stdout).toContain("[ '--once', 'a b' ]");
    expect(stdout).toMatch(/AWS_EXAMPLE.*NODE_OPTIONS.*HTTPS_PROXY/);
  });

  it('runs a script without what the shell says of AWS, proxies and Node', async () => {
    const { stdout } = await preflight(installed(print), '--clean', 'script.ts', '--once');
    expect(stdout).toBe("PATH,HOME,CI [ '--once' ]\n");
  });

  it.each([
    ['a failure', 'process.exitCode = 3;', 3],
    ['a signal', "process.kill(process.pid, 'SIGKILL');", 128],
  ])('passes on %s', async (_what, script, code) => {
    expect((await preflight(installed(script), 'script.ts')).code).toBe(code);
  });

  it('passes SIGTERM on and waits for the end', async () => {
    const script = `process.once('SIGTERM', () => setTimeout(() => { console.log('ended'); process.exit(4); }, 50));
      setInterval(() => {}, 1000);
      process.kill(process.ppid, 'SIGTERM');`;
    expect(await preflight(installed(script), 'script.ts')).toEqual({
      code: 4,
      stdout: 'ended\n',
      stderr: '',
    });
  });
});
