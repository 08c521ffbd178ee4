import { randomBytes } from 'node:crypto';
import type { Application, Connect } from '../emulators/connect-emulator.ts';
import type { SecretsManager } from '../emulators/secrets-manager-emulator.ts';
import { type Press, WrongPress } from './control-server.ts';

/** As a shell leaves it that was given no quotes. */
const mangled = '{client_id:example,client_secret:example}';

/** Rotations of one client's secret, right and wrong. */
export function secretPress(
  connect: Pick<Connect, 'applications'>,
  secretsManager: Pick<SecretsManager, 'put'>,
  { secretId, application }: { secretId: string; application: Application },
): Press {
  let good = application;
  const putGood = () =>
    secretsManager.put(
      secretId,
      JSON.stringify({ client_id: good.clientId, client_secret: good.clientSecret }),
    );
  const actions: Record<string, () => string> = {
    rotate: () => {
      const suffix = randomBytes(4).toString('hex');
      good = {
        ...good,
        clientId: `${application.clientId}-${suffix}`,
        clientSecret: randomBytes(16).toString('base64url'),
      };
      connect.applications.push(good);
      return `AWSCURRENT is version ${putGood().id}, with a new pair. Connect takes the old pair too.`;
    },
    mangle: () =>
      `AWSCURRENT is version ${secretsManager.put(secretId, mangled).id}, which is no usable pair.`,
    repair: () => `AWSCURRENT is version ${putGood().id}, with the last good pair.`,
  };
  return (word) => {
    const action = Object.hasOwn(actions, word) ? actions[word] : undefined;
    if (action === undefined) throw new WrongPress(`Write one of ${Object.keys(actions).join(', ')}`);
    return action();
  };
}
