/**
 * node infra/preflight.js [--clean] [SCRIPT [ARGUMENT…]]
 *
 * Checks that the packages are installed, then runs SCRIPT on the pinned Node; with --clean, without the shell's settings
 * for AWS, proxies and Node. Plain JavaScript that imports no package: it must run on the host's own Node, before
 * `npm ci` or after an `npm ci` that did not finish.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('..', import.meta.url));
const packages = join(repository, 'node_modules');
const pinnedNode = join(packages, 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');

/** What the scripts need of the shell. AWS_*, *_PROXY and NODE_* would change how SDK clients and fetch behave. */
const kept =
  /^(PATH|PATHEXT|SYSTEMROOT|HOME|USERPROFILE|TMPDIR|TMP|TEMP|TERM|COLORTERM|NO_COLOR|FORCE_COLOR|CI|LANG|LC_.*|TZ|INIT_CWD)$/i;

const problem = findProblem();
if (problem !== undefined) {
  process.stderr.write(`${problem}\n`);
  process.exitCode = 2;
} else run(process.argv.slice(2));

/** One sentence that says what to run. */
function findProblem() {
  if (!existsSync(packages)) return 'The packages are not installed: run npm ci';
  const other = outdatedPackage();
  if (other !== undefined) return `${other} in node_modules is not the version of package.json: run npm ci`;
  if (!existsSync(pinnedNode)) {
    return 'The install script of the package node has not run: run npm rebuild node --ignore-scripts=false';
  }
  if (spawnSync(pinnedNode, ['--version']).status !== 0) {
    return 'The Node in node_modules does not run on this machine: run npm ci on this machine';
  }
  return undefined;
}

/** Versions in package.json are exact. */
function outdatedPackage() {
  const { dependencies, devDependencies } = readJson(join(repository, 'package.json')) ?? {};
  const wanted = Object.entries({ ...dependencies, ...devDependencies });
  return wanted.find(
    ([name, version]) => readJson(join(packages, name, 'package.json'))?.version !== version,
  )?.[0];
}

/** @param {string} file */
function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/** @param {string[]} options */
function run([first = '', ...rest]) {
  const isClean = first === '--clean';
  const [script, ...options] = isClean ? rest : [first, ...rest];
  if (!script) return;
  // biome-ignore lint/style/noProcessEnv: a whole environment is passed on, no setting is read
  const environment = Object.entries(process.env).filter(([name]) => !isClean || kept.test(name));
  const child = spawn(pinnedNode, [resolve(repository, script), ...options], {
    stdio: 'inherit',
    env: Object.fromEntries(environment),
  });
  // A terminal sends Ctrl-C to the child too. The child decides when both end.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? (signal === null ? 1 : 128);
  });
}
