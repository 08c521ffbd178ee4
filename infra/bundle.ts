import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { buildSync, type OutputFile } from 'esbuild';
import type { Policy } from '../lambda/policy/policy.ts';

const repository = join(import.meta.dirname, '..');
const entryPoints = ['lambda/vend-function.ts', 'lambda/refresh-function.ts', 'lambda/probe-function.ts'];
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
  for (const { path, contents } of builtFiles()) write(relative(join(repository, outdir), path), contents);
  write('policy.json', Buffer.from(JSON.stringify(policy, undefined, 2)));
  return { bytes: Object.values(files).reduce((sum, size) => sum + size, 0), files };
}

let built: OutputFile[] | undefined;

/** The code is the same for every stack of an app: it is built once. */
function builtFiles(): OutputFile[] {
  built ??= buildSync({
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
    // The SDK's code for browsers and event streams, which no call of ours uses: it would never be loaded.
    external: ['bowser', '@smithy/core/event-streams'],
    alias: { '@aws-sdk/credential-provider-node': './lambda/aws/role-credentials.ts' },
    mainFields: ['module', 'main'],
    // Without this, paths would lead out of the checkout where node_modules is a link.
    preserveSymlinks: true,
    legalComments: 'none',
    sourcemap: 'external',
    // The names of chunks come from the maps too: with the sources in them, CRLF line ends would change every name.
    sourcesContent: false,
    logLevel: 'silent',
  }).outputFiles;
  return built;
}

function mapsOf(into: string): string {
  return `${into}-maps`;
}
