import { relative, resolve } from 'node:path';
import { readSource } from '../../files/source.ts';
import { readText } from '../../files/text-file.ts';
import { type CompiledPolicy, compilePolicy, readPolicy } from '../../policy/compile.ts';
import { fromShell, UsageError } from '../command-line.ts';
import { readCommitted } from './committed-file.ts';

const checkout = resolve(import.meta.dirname, '../../..');

/** Every subcommand reads its policies here. Throws ConfigurationError. */
export function openPolicy(path: string): CompiledPolicy {
  return readPolicy(path);
}

/** The path of `--policy FILE`; without it, of the example and production policy in this checkout. */
export function policyPath(given: string | undefined): string {
  return given === undefined ? inCheckout('infra/policy.yaml') : fromShell(given);
}

/** The policy of FILE, of `git:REVISION` (`path` as it was there) or of `git:REVISION:FILE`. */
export function openRevision(wanted: string, path: string): CompiledPolicy {
  if (!wanted.startsWith('git:')) return openPolicy(fromShell(wanted));
  const [, revision = '', ...file] = wanted.split(':');
  if (revision === '' || revision.startsWith('-')) {
    throw new UsageError(`${wanted}: write git:REVISION, for example git:HEAD`);
  }
  const text = readCommitted(revision, file.length === 0 ? path : fromShell(file.join(':')));
  return compilePolicy(text.replaceAll('\r\n', '\n'), wanted);
}

/** The paths of the policies that the stages of cdk.json name, once each. */
export function policiesOfStages(): string[] {
  const file = inCheckout('cdk.json');
  const { context } = readSource(readText(file), file).value as {
    context?: { stages?: Record<string, { policy?: unknown }> };
  };
  const named = Object.values(context?.stages ?? {}).map((stage) => stage?.policy);
  return [...new Set(named.filter((file) => typeof file === 'string'))].map(inCheckout);
}

/** A path that messages can show: npm runs scripts in the checkout's folder. */
function inCheckout(file: string): string {
  return relative(process.cwd(), resolve(checkout, file));
}
