import { readFileSync } from 'node:fs';
import type { Policy } from './policy.ts';
import type { FunctionOptions } from './wiring.ts';

/** The policy that lies beside the code, and what the stack has set. Throws at init where the stack has not. */
export function readEnvironment(): FunctionOptions {
  const policy = JSON.parse(readFileSync(new URL('./policy.json', import.meta.url), 'utf8')) as Policy;
  // biome-ignore lint/style/noProcessEnv: the one place where a function reads its environment
  const tokenTable = process.env['TOKEN_TABLE'];
  if (tokenTable === undefined) throw new Error('TOKEN_TABLE is not set');
  return { policy, tokenTable };
}
