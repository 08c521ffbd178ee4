import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { build } from 'esbuild';
import type { Policy } from '../lambda/policy/policy.ts';

const repository = join(import.meta.dirname, '..');
const entryPoints = ['lambda/vend-function.ts', 'lambda/refresh-function.ts'];
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
 * Builds both functions with their policy into the folder `into`, and source maps into `${into}-maps`; empties both
 * folders first. The same sources and policy give the same bytes in every checkout. Throws esbuild's BuildFailure.
 */
export async function bundleFunctions({ policy, into }: { policy: Policy; into: string }): Promise<Bundle> {
  const { outputFiles } = await build({
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
  });
  await Promise.all([into, mapsOf(into)].map((folder) => rm(folder, { recursive: true, force: true })));
  const files: Record<string, number> = {};
  const write = async (name: string, contents: Uint8Array) => {
    const isMap = name.endsWith('.map');
    const path = join(isMap ? mapsOf(into) : into, name);
    await mkdir(dirname(path), { recursive: true });
    await chmod(dirname(path), modes.folder);
    await writeFile(path, contents);
    await chmod(path, modes.file);
    if (!isMap) files[name] = contents.length;
  };
  for (const { path, contents } of outputFiles) {
    await write(relative(join(repository, outdir), path), contents);
  }
  await write('policy.json', Buffer.from(JSON.stringify(policy, undefined, 2)));
  return { bytes: Object.values(files).reduce((sum, size) => sum + size, 0), files };
}

function mapsOf(into: string): string {
  return `${into}-maps`;
}
