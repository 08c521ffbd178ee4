import { readFileSync } from 'node:fs';
import type { Policy } from './policy/policy.ts';
import type { FunctionOptions } from './wiring.ts';

/** The policy that lies beside the code, and what the stack has set. Throws at init where the stack has not. */
export function readEnvironment(): FunctionOptions {
  const policy = JSON.parse(readFileSync(new URL('./policy.json', import.meta.url), 'utf8')) as Policy;
  return { policy, tokenTable: read('TOKEN_TABLE'), service: read('SERVICE_NAME') };
}

function read(name: string): string {
  // biome-ignore lint/style/noProcessEnv: the one place where a function reads its environment
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set`);
  return value;
}
