import { join } from 'node:path';
import { fromShell, readArguments, UsageError } from '../../../infra/commands/command-line.ts';

export type Options = {
  /** 0: a free port. */
  port: number;
  /** Undefined: the example policy, with every client's Connect on this machine. */
  policy: string | undefined;
  callers: string;
  secrets: string | undefined;
  instances: number;
  once: boolean;
  help: boolean;
};

export const help = `npm start -- [options]

  --port N         where the local API listens on 127.0.0.1; a free port by default
  --policy FILE    the policy; by default test/local/cli/policy.yaml, with Connect on this machine.
                   A client of FILE whose baseUrl is on loopback gets a local Connect there. The stack calls the real
                   servers of other clients at once, and every 15 minutes for keepWarm
  --callers FILE   the callers and their access keys; by default test/local/cli/callers.yaml
  --secrets FILE   the clients' credentials; by default test/local/cli/secrets.yaml, which no real Connect knows
  --instances N    how many vend functions share the token table; 2 by default
  --once           vend one token and stop; exit status 1 if that fails
  --help           print this text

A relative FILE starts at the folder that you are in.`;

/** Throws UsageError. */
export function readOptions(args: string[]): Options {
  const { port = '0', policy, callers, secrets, instances = '2', once, help: wanted } = parse(args);
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
    throw new UsageError(`--port ${port}: write a port, 0 to 65535`);
  }
  if (!/^\d{1,2}$/.test(instances) || Number(instances) < 1 || Number(instances) > 32) {
    throw new UsageError(`--instances ${instances}: write a number, 1 to 32`);
  }
  return {
    port: Number(port),
    policy: policy === undefined ? undefined : fromShell(policy),
    callers: callers === undefined ? beside('callers.yaml') : fromShell(callers),
    secrets: secrets === undefined ? undefined : fromShell(secrets),
    instances: Number(instances),
    once: once === true,
    help: wanted === true,
  };
}

function parse(args: string[]) {
  return readArguments('npm start --', {
    args,
    options: {
      port: { type: 'string' },
      policy: { type: 'string' },
      callers: { type: 'string' },
      secrets: { type: 'string' },
      instances: { type: 'string' },
      once: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  }).values;
}

function beside(name: string): string {
  return join(import.meta.dirname, name);
}
