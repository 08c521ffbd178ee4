import { join } from 'node:path';
import { fromShell, readArguments, UsageError } from '../command-line.ts';

const command = 'npm run credentials --';

export const help = `Usage: ${command} check FILE [OPTION…]

Mints every token that the policy grants by client_credentials, with a pair that is not in use yet, and says which ones
Connect gives. FILE has {"client_id":"…","client_secret":"…"}; - reads it from stdin.

  --client NAME   the client of the policy; needed where the policy has several
  --policy FILE   the policy file; default: infra/policy.yaml
  --json          prints JSON
  --help          prints this text

Exit status: 0 if every token was minted, 1 if one was not, 2 for a mistake in the options or files.
`;

export type Check = { file: string; client: string | undefined; policyFile: string; json: boolean };

/** Throws UsageError. */
export function readOptions(args: string[]): Check | 'help' {
  const { values, positionals } = readArguments(command, {
    args,
    allowPositionals: true,
    options: {
      client: { type: 'string' },
      policy: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  // Nothing of the pair is repeated.
  if (positionals.some((word) => /[{"]/.test(word))) {
    throw new UsageError(
      'The pair itself is on the command line, where the history of the shell and the list of processes show it: write ' +
        'it to a file or send it to stdin, and have Instacart issue another one',
    );
  }
  const [action, file, ...more] = positionals;
  if (action !== 'check' || file === undefined || more.length > 0) {
    throw new UsageError(`Write: ${command} check FILE. Options: ${command} --help`);
  }
  return {
    file: file === '-' ? file : fromShell(file),
    client: values.client,
    policyFile: values.policy === undefined ? defaultPolicy() : fromShell(values.policy),
    json: values.json,
  };
}

function defaultPolicy(): string {
  return join(import.meta.dirname, '..', '..', 'policy.yaml');
}
