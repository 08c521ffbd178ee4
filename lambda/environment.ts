import { readFileSync } from 'node:fs';
import type { Policy } from './policy/policy.ts';
import type { FunctionOptions } from './wiring.ts';

/** Reads the policy file beside the code and the variables that the stack sets. Throws where one is missing. */
export function readEnvironment(): FunctionOptions {
  const policy = JSON.parse(readFileSync(new URL('./policy.json', import.meta.url), 'utf8')) as Policy;
  return { policy, tokenTable: read('TOKEN_TABLE'), service: read('SERVICE_NAME') };
}

function read(name: string): string {
  // biome-ignore lint/style/noProcessEnv: only this file reads the functions' environment
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set`);
  return value;
}
