import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { temporaryFolder } from '../support/folders.ts';

export const repository = join(import.meta.dirname, '..', '..');
const sources = [
  'lambda',
  'infra',
  'cdk.json',
  'package.json',
  'tsconfig.json',
  'tsconfig.build.json',
  'README.md',
  'LICENSE',
];

type Result = { code: number; output: string };

/** A clone as it is after `npm ci`; the packages are linked, not copied. */
export function clone(name: string): string {
  const folder = join(temporaryFolder(), name);
  mkdirSync(folder, { recursive: true });
  for (const source of sources) cpSync(join(repository, source), join(folder, source), { recursive: true });
  symlinkSync(join(repository, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}

/** The same as git checks it out on Windows, where nothing tells it not to. */
export function cloneWithCrlf(name: string): string {
  const folder = clone(name);
  for (const source of sources) {
    const files = statSync(join(folder, source)).isFile() ? [''] : filesOf(join(folder, source));
    for (const file of files.map((inside) => join(folder, source, inside)))
      writeFileSync(file, readFileSync(file, 'utf8').replaceAll('\n', '\r\n'));
  }
  return folder;
}

/** The CDK's command line with no AWS credentials, region, profile or network metadata in reach. */
export function synth(folder: string, ...options: string[]): Promise<Result> {
  return synthUnder('022', folder, ...options);
}

export function synthUnder(umask: string, folder: string, ...options: string[]): Promise<Result> {
  return cdkUnder(umask, folder, 'synth', '--quiet', ...options);
}

/** Any command, such as deploy. */
export function cdk(folder: string, ...words: string[]): Promise<Result> {
  return cdkUnder('022', folder, ...words);
}

function cdkUnder(umask: string, folder: string, ...words: string[]): Promise<Result> {
  const program = join(folder, 'node_modules', 'aws-cdk', 'bin', 'cdk');
  const env = {
    PATH: `${dirname(process.execPath)}${delimiter}/usr/bin:/bin`,
    HOME: temporaryFolder(),
    AWS_EC2_METADATA_DISABLED: 'true',
    CDK_DISABLE_CLI_TELEMETRY: 'true',
    CI: 'true',
    ...(process.env['CDK_VALIDATION'] && { CDK_VALIDATION: process.env['CDK_VALIDATION'] }),
  };
  const command = [process.execPath, program, '--no-notices', ...words];
  const args = ['-c', `umask ${umask} && exec "$@"`, 'sh', ...command];
  return new Promise((resolve) => {
    execFile('/bin/sh', args, { cwd: folder, env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), output: `${stdout}${stderr}` });
    });
  });
}

export function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(folder, name)).isFile())
    .toSorted();
}
