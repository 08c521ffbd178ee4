import { operatorKey } from '../emulators/lambda-api.ts';
import { quote } from './curl.ts';
import type { Door } from './door.ts';

export type ControlDoorOptions = {
  /** Where the control server, Lambda and Secrets Manager answer. */
  control: string;
  lambda: string;
  secretsManager: string;
  /** Clients whose Connect is on this machine. */
  localClients: ReadonlyArray<{ name: string; secretId: string }>;
};

/** What a person may do to the stack itself. Connect and its clients' secrets only where they are this machine's. */
export function controlDoors(options: ControlDoorOptions): Door[] {
  const isLocal = options.localClients.length > 0;
  return [
    ...memoryDoors(options),
    ...(isLocal ? connectDoors(options) : []),
    ...options.localClients.slice(0, 1).flatMap((client) => secretDoors(options, client)),
    ...clockDoors(options),
  ];
}

function connectDoors({ control }: ControlDoorOptions): Door[] {
  const door = (word: string, expect: string) => ({
    group: 'Trouble at Connect: live tokens are vended all the same, so forget them, then ask',
    expect,
    command: `curl --data ${word} ${control}/connect`,
    isFirst: word === '503' || word === 'ok',
  });
  return [
    door(
      '429',
      'Connect answers 429 with Retry-After: 30. A request that needs a mint is 503 with that Retry-After',
    ),
    door(
      '503',
      'Connect answers 503. A request that needs a mint is 503, and Retry-After grows while it lasts',
    ),
    door('slow', 'Connect takes 6 s. A request that needs a mint waits for it and is 200'),
    door('down', 'Connect refuses connections. A request that needs a mint is 503'),
    door('ok', 'Connect is well again. After a failure the next mint waits until its pause is over'),
  ];
}

function memoryDoors({ control, lambda }: ControlDoorOptions): Door[] {
  const group = 'Forget and refresh';
  return [
    {
      group,
      expect:
        'Empties the token table and starts new instances: the next request needs a mint, and is a miss',
      command: `curl --request POST ${control}/forget`,
      isFirst: true,
    },
    {
      group,
      expect: 'Runs the refresh function, which renews what keepWarm lists, and prints its counts',
      command: `npm run refresh -- --lambda ${lambda}`,
      isFirst: true,
    },
  ];
}

function secretDoors(
  { control, secretsManager }: ControlDoorOptions,
  { name, secretId }: { name: string; secretId: string },
): Door[] {
  const group = `The secret of ${name}: seen at the next mint, so forget the tokens, then ask`;
  const door = (word: string, expect: string) => ({
    group,
    expect,
    command: `curl --data ${word} ${control}/secrets/${encodeURIComponent(name)}`,
  });
  const { accessKeyId, secretAccessKey } = operatorKey;
  const wrong = '{"client_id":"wrong","client_secret":"wrong"}';
  return [
    door(
      'rotate',
      'A new pair at Connect and as AWSCURRENT, the old one as AWSPREVIOUS: mints go on, with the new version',
    ),
    door(
      'mangle',
      'AWSCURRENT is no usable pair: mints go on with AWSPREVIOUS, and the audit line has the fault. Twice: 500',
    ),
    door('repair', 'The last good pair becomes AWSCURRENT again'),
    {
      group,
      expect:
        'The same by the AWS CLI, with a key that only this stack knows. Connect refuses this pair: AWSPREVIOUS again',
      command: [
        `AWS_ACCESS_KEY_ID=${accessKeyId} AWS_SECRET_ACCESS_KEY=${secretAccessKey} AWS_SESSION_TOKEN=`,
        `aws secretsmanager put-secret-value --region us-east-1 --endpoint-url ${secretsManager}`,
        `--secret-id ${quote(secretId)} --secret-string ${quote(wrong)}`,
      ].join(' \\\n    '),
    },
  ];
}

function clockDoors({ control }: ControlDoorOptions): Door[] {
  const door = (ahead: string, expect: string) => ({
    group:
      "The stack's clock: of functions, Connect and Secrets Manager. Signatures are still checked by yours",
    expect,
    command: `curl --data ${ahead} ${control}/clock`,
  });
  return [
    door('23h', 'A token of 24 h has an hour left: the next request renews it ahead of its end'),
    door('25h', 'Every token of before is dead: the next request needs a mint'),
  ];
}
