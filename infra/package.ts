/** `npm pack` runs this: it writes the package into `dist/`, as JavaScript with types and the functions' built code. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { functionsCode } from './bundle.ts';

const repository = join(import.meta.dirname, '..');
const typescript = dirname(createRequire(import.meta.url).resolve('typescript/package.json'));
const dist = join(repository, 'dist');

rmSync(dist, { recursive: true, force: true });
const compiler = [join(typescript, 'bin', 'tsc'), '--project', 'tsconfig.build.json'];
execFileSync(process.execPath, compiler, { cwd: repository, stdio: 'inherit' });
const prebuilt = join(dist, 'infra', 'prebuilt');
mkdirSync(prebuilt);
for (const { name, contents } of functionsCode()) writeFileSync(join(prebuilt, name), contents);
