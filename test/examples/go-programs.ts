import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { temporaryFolder } from '../support/folders.ts';
import { outputOf } from '../support/programs.ts';

/** Where Debian's packages put the sources of Go libraries. */
const libraries = '/usr/share/gocode';

/** Why a program with this library cannot be built here, if it cannot. */
export function missingForGo(library: string, debianPackage: string): string | undefined {
  if (outputOf('go', 'version') === undefined) return 'there is no go command';
  return existsSync(join(libraries, 'src', library)) ? undefined : `install Debian's ${debianPackage}`;
}

/** Builds a program that imports the kit as example.com/shop/connecttoken. Gives the path of the result. */
export async function buildGo(main: string): Promise<string> {
  const folder = temporaryFolder('go-');
  const shop = join(folder, 'src/example.com/shop');
  mkdirSync(shop, { recursive: true });
  symlinkSync(join(import.meta.dirname, '../../examples/go'), join(shop, 'connecttoken'));
  const program = join(folder, 'program');
  const env = { ...process.env, GO111MODULE: 'off', GOFLAGS: '', GOPATH: `${folder}:${libraries}` };
  await promisify(execFile)('go', ['build', '-o', program, main], { cwd: import.meta.dirname, env });
  return program;
}
