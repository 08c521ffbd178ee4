import { readFileSync } from 'node:fs';
import type { Policy } from './policy/policy.ts';
import type { ProbeOptions } from './probe-wiring.ts';
import type { FunctionOptions } from './wiring.ts';

/** Reads the policy file beside the code and the variables that the stack sets. Throws where one is missing. */
export function readEnvironment(): FunctionOptions {
  return { policy: readPolicyFile(), tokenTable: read('TOKEN_TABLE'), service: read('SERVICE_NAME') };
}

/** The same for the probe function, which has no token table. */
export function readProbeEnvironment(): ProbeOptions {
  const { prober } = readPolicyFile();
  return { prober, url: read('TOKEN_URL'), region: read('AWS_REGION'), service: read('SERVICE_NAME') };
}

function readPolicyFile(): Policy {
  return JSON.parse(readFileSync(new URL('./policy.json', import.meta.url), 'utf8')) as Policy;
}

function read(name: string): string {
  // biome-ignore lint/style/noProcessEnv: only this file reads the functions' environment
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set`);
  return value;
}
