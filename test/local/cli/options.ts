import { isIP } from 'node:net';
import { fromShell, readArguments, UsageError } from '../../../infra/commands/command-line.ts';
import { accountIdRule } from '../../../lambda/protocol/names.ts';

export type Options = {
  /** 0: a free port. */
  port: number;
  host: string;
  /** Undefined: the example policy, with every client's Connect on this machine. */
  policy: string | undefined;
  /** Every client's Connect is on this machine, with secrets and callers that are made up. */
  localConnect: boolean;
  /** Undefined: with `localConnect` a caller for each principal, else the example's. */
  callers: string | undefined;
  secrets: string | undefined;
  /** The API's; undefined: as `localConnect` says. */
  account: string | undefined;
  instances: number;
  audit: boolean;
  once: boolean;
  help: boolean;
};

export const help = `npm start -- [options]

  --policy FILE      the policy; by default test/local/cli/policy.yaml, with Connect on this machine.
                     A client of FILE whose baseUrl is on loopback gets a local Connect there. The stack calls the real
                     servers of other clients at once, and every 15 minutes for keepWarm
  --local-connect    with --policy FILE: one Connect on this machine for every client, whatever its baseUrl. The clients'
                     secrets and a caller for each principal are made up
  --callers FILE     the callers and their access keys; by default test/local/cli/callers.yaml, with other secrets where
                     a client's Connect is real
  --secrets FILE     the clients' credentials; by default test/local/cli/secrets.yaml, which no real Connect knows
  --account ID       the account of the API; by default 111122223333, with --local-connect the one of most principals.
                     Callers of other accounts need identityPolicyAllows: true
  --port N           where the API listens; a free port by default
  --host ADDRESS     the address on which API, Connect and control server listen; by default 127.0.0.1. With 0.0.0.0
                     everybody in your network can press the doors
  --instances N      how many vend functions share the token table; 2 by default
  --audit            print the whole audit line of each request
  --once             vend one token and stop; exit status 1 if that fails
  --help             print this text

A relative FILE starts at the folder that you are in. Once it runs, npm start prints commands to paste, the "doors", and the
address of a list of all of them. Each request is printed with its time, status, caller, error and reason, cache status,
duration and id. Where API Gateway answered by itself, a second line says why.`;

const account = new RegExp(`^${accountIdRule}$`);

/** Throws UsageError. */
export function readOptions(args: string[]): Options {
  const values = parse(args);
  const { port = '0', host = '127.0.0.1', instances = '2', 'local-connect': localConnect = false } = values;
  refuseIf(!/^\d{1,5}$/.test(port) || Number(port) > 65_535, `--port ${port}: write a port, 0 to 65535`);
  refuseIf(isIP(host) === 0, `--host ${host}: write an IP address, such as 127.0.0.1 or 0.0.0.0`);
  const isNumber = /^\d{1,2}$/.test(instances) && Number(instances) >= 1 && Number(instances) <= 32;
  refuseIf(!isNumber, `--instances ${instances}: write a number, 1 to 32`);
  const isAccount = values.account === undefined || account.test(values.account);
  refuseIf(!isAccount, `--account ${values.account}: write the 12 digits of an account`);
  refuseIf(localConnect && values.policy === undefined, '--local-connect: write --policy FILE too');
  refuseIf(
    localConnect && values.secrets !== undefined,
    '--secrets: leave it out, since --local-connect makes the secrets up',
  );
  return {
    port: Number(port),
    ...{ host, localConnect, account: values.account },
    policy: fromShellIf(values.policy),
    callers: fromShellIf(values.callers),
    secrets: fromShellIf(values.secrets),
    instances: Number(instances),
    audit: values.audit === true,
    once: values.once === true,
    help: values.help === true,
  };
}

function refuseIf(isWrong: boolean, sentence: string): void {
  if (isWrong) throw new UsageError(sentence);
}

function parse(args: string[]) {
  return readArguments('npm start --', {
    args,
    options: {
      port: { type: 'string' },
      host: { type: 'string' },
      policy: { type: 'string' },
      'local-connect': { type: 'boolean' },
      callers: { type: 'string' },
      secrets: { type: 'string' },
      account: { type: 'string' },
      instances: { type: 'string' },
      audit: { type: 'boolean' },
      once: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  }).values;
}

function fromShellIf(file: string | undefined): string | undefined {
  return file === undefined ? undefined : fromShell(file);
}
