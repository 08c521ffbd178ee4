import { statSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { type ClientPair, readPair } from '../../../lambda/connect/client-pair.ts';
import { readText } from '../../files/text-file.ts';
import { UsageError } from '../command-line.ts';

/** Reads the pair as the service reads a secret. Throws UsageError or ConfigurationError, which never quote the content. */
export async function readPairFrom(file: string): Promise<{ pair: ClientPair; warning: string | undefined }> {
  const isStdin = file === '-';
  const { pair, fault } = readPair(isStdin ? await text(process.stdin) : readText(file));
  if (pair === undefined) throw new UsageError(`${isStdin ? 'stdin' : file}: ${fault}`);
  return { pair, warning: isStdin ? undefined : exposureOf(file) };
}

/** On Windows the mode says nothing. */
function exposureOf(file: string): string | undefined {
  if (process.platform === 'win32' || (statSync(file).mode & 0o044) === 0) return undefined;
  return `${file}: other users of this machine may read this file: chmod 600 ${file}`;
}
