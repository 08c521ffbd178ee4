import { connectPresses } from '../control/connect-presses.ts';
import { type ControlDoorOptions, controlDoors } from '../control/control-doors.ts';
import type { Presses } from '../control/control-server.ts';
import type { Door } from '../control/door.ts';
import { secretPress } from '../control/secret-presses.ts';
import { signedDoors } from '../control/signed-doors.ts';
import { stackPresses } from '../control/stack-presses.ts';
import type { Caller } from '../emulators/callers.ts';
import type { Clock } from '../instance/clock.ts';
import type { Stack } from '../instance/system.ts';
import { applicationOf, exampleAssertion, type LocalConnect } from './local-connect.ts';
import type { Setup } from './setup.ts';

/** All that runs, as far as its doors need it. */
export type Running = {
  setup: Setup;
  local: LocalConnect;
  stack: Stack;
  clock: Clock;
  strangers: readonly Caller[];
};

/** What the control server carries out. */
export function allPresses({ setup, local, stack, clock }: Running): Presses {
  const { connect, isLocal, compiled } = local;
  const presses = stackPresses(stack, clock.now);
  if (connect === undefined) return presses;
  const clients = compiled.policy.clients.filter(isLocal);
  const names = new Set(clients.map(({ name }) => name));
  const redirectUris = compiled.policy.grants
    .filter(({ client }) => names.has(client))
    .flatMap((grant) => grant.redirectUris);
  const secrets = clients.flatMap((client) => {
    const application = applicationOf(client, setup.secrets);
    if (application === undefined) return [];
    const press = secretPress(connect, stack.secretsManager, { secretId: client.secretId, application });
    return [[`/secrets/${encodeURIComponent(client.name)}`, press] as const];
  });
  return {
    ...presses,
    ...connectPresses(connect, [...new Set(redirectUris)]),
    ...Object.fromEntries(secrets),
  };
}

/** Every door that this policy, these callers and this Connect have. */
export function allDoors(
  { setup, local, stack, strangers }: Running,
  { control, lambda }: Pick<ControlDoorOptions, 'control' | 'lambda'>,
): Door[] {
  const { policy } = local.compiled;
  const signed = signedDoors({
    ...{ url: stack.url, control, policy, strangers },
    callers: setup.callers,
    first: setup.first,
    isLocal: local.isLocal,
    retailerAssertion: exampleAssertion,
  });
  const localClients = local.connect === undefined ? [] : policy.clients.filter(local.isLocal);
  return [
    ...signed,
    ...controlDoors({ control, lambda, secretsManager: stack.secretsManager.url, localClients }),
  ];
}
