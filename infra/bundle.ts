import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, extname, join, relative } from 'node:path';
import type { Policy } from '../lambda/policy/policy.ts';

const repository = join(import.meta.dirname, '..');
const entryPoints = ['lambda/vend-function.ts', 'lambda/refresh-function.ts', 'lambda/probe-function.ts'];
/**
 * The package's own code is JavaScript, and has the functions' code beside it as it was built and tested: an app that
 * installs the package needs neither esbuild nor what the functions are made of.
 */
const prebuilt = extname(import.meta.filename) === '.js' ? join(import.meta.dirname, 'prebuilt') : undefined;
/** esbuild writes nothing here, but derives the names of chunks from it: they are the same in every checkout. */
const outdir = 'bundle';
/**
 * Lambda runs the functions as a user that does not own their files. The modes of files go into the zip, but not into
 * the asset's hash: under a strict umask an unreadable file would be uploaded once and never replaced.
 */
const modes = { file: 0o644, folder: 0o755 };

export type Bundle = {
  /** The size of the asset: code and policy, without source maps. */
  bytes: number;
  /** Sizes by file name, relative to the asset. */
  files: Readonly<Record<string, number>>;
};

/**
 * Writes both functions with their policy into the folder `into`, and source maps into `${into}-maps`; empties both
 * folders first. The same sources and policy give the same bytes in every checkout. Throws esbuild's BuildFailure.
 */
export function bundleFunctions({ policy, into }: { policy: Policy; into: string }): Bundle {
  for (const folder of [into, mapsOf(into)]) rmSync(folder, { recursive: true, force: true });
  const files: Record<string, number> = {};
  const write = (name: string, contents: Uint8Array) => {
    const isMap = name.endsWith('.map');
    const path = join(isMap ? mapsOf(into) : into, name);
    mkdirSync(dirname(path), { recursive: true });
    chmodSync(dirname(path), modes.folder);
    writeFileSync(path, contents);
    chmodSync(path, modes.file);
    if (!isMap) files[name] = contents.length;
  };
  for (const { name, contents } of functionsCode()) write(name, contents);
  write('policy.json', Buffer.from(JSON.stringify(policy, undefined, 2)));
  return { bytes: Object.values(files).reduce((sum, size) => sum + size, 0), files };
}

type CodeFile = { name: string; contents: Uint8Array };

let code: CodeFile[] | undefined;

/** Both functions' code and its source maps. It is the same for every stack of an app: it is built once. */
export function functionsCode(): CodeFile[] {
  code ??= prebuilt === undefined ? build() : readPrebuilt(prebuilt);
  return code;
}

function readPrebuilt(folder: string): CodeFile[] {
  return readdirSync(folder).map((name) => ({ name, contents: readFileSync(join(folder, name)) }));
}

function build(): CodeFile[] {
  const { buildSync }: typeof import('esbuild') = createRequire(import.meta.url)('esbuild');
  const { outputFiles } = buildSync({
    absWorkingDir: repository,
    entryPoints,
    outdir,
    write: false,
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    outExtension: { '.js': '.mjs' },
    platform: 'node',
    target: 'node24',
    // A part of the signer's package that nothing reaches: esbuild would write a chunk for it all the same.
    external: ['@smithy/core/event-streams'],
    mainFields: ['module', 'main'],
    // Without this, paths would lead out of the checkout where node_modules is a link.
    preserveSymlinks: true,
    legalComments: 'none',
    sourcemap: 'external',
    // The names of chunks come from the maps too: with the sources in them, CRLF line ends would change every name.
    sourcesContent: false,
    logLevel: 'silent',
  });
  return outputFiles.map(({ path, contents }) => ({
    name: relative(join(repository, outdir), path),
    contents,
  }));
}

function mapsOf(into: string): string {
  return `${into}-maps`;
}
