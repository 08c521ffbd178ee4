import { mkdtemp, rm } from 'node:fs/promises';
import { devNull, tmpdir } from 'node:os';
import { join } from 'node:path';
import { resourcePolicy } from '../../../infra/api/resource-policy.ts';
import { bundleFunctions } from '../../../infra/bundle.ts';
import type { CompiledPolicy } from '../../../infra/policy/compile.ts';
import { tokenPath } from '../../../lambda/protocol/contract.ts';
import type { Caller } from '../emulators/callers.ts';
import { startDynamoDB, tableName } from '../emulators/dynamodb-emulator.ts';
import { type Answered, type Invoke, startGateway } from '../emulators/gateway-emulator.ts';
import { operatorKey } from '../emulators/lambda-api.ts';
import { scheduleEvent } from '../emulators/schedule-event.ts';
import { startSecretsManager } from '../emulators/secrets-manager-emulator.ts';
import type { AccessKey } from '../emulators/sigv4.ts';
import { type Clock, createClock } from './clock.ts';
import { startFleet } from './fleet.ts';
import { type Entry, type Instance, startInstance } from './instance.ts';

export type StackOptions = {
  policy: CompiledPolicy;
  callers: readonly Caller[];
  /** Secret strings by name or ARN. */
  secrets: Record<string, string>;
  port?: number;
  /** The address on which the API listens. Default: loopback. */
  host?: string;
  /** The account of the API. Default: 111122223333. */
  account?: string;
  /** The clock of the functions, and of what AWS writes down. Whoever signs from outside has this machine's. */
  clock?: Clock;
  /** Instances of the vend function. Requests go to them in turn. */
  instances?: number;
  /** Runs the instances as processes rather than threads. */
  inProcesses?: boolean;
  onLine?: (line: string) => void;
  onAnswer?: (answered: Answered) => void;
};

export type Stack = Awaited<ReturnType<typeof startStack>>;

/** The functions sign with this key, as their role would. */
export const functionKey = { accessKeyId: 'function-role', secretAccessKey: 'function-role-secret' };

/** The prober's function signs with this key, as the prober's role would. */
export const proberKey = { accessKeyId: 'prober-role', secretAccessKey: 'prober-role-secret' };

/** Everything but Connect: the gateway, instances of the bundle, the token table, Secrets Manager. */
export async function startStack({
  policy,
  callers,
  secrets,
  port,
  host,
  account,
  clock = createClock(),
  instances = 1,
  inProcesses = false,
  onLine,
  onAnswer,
}: StackOptions) {
  const keys = [{ ...functionKey, now: clock.now }];
  const [secretsManager, dynamodb] = await Promise.all([
    startSecretsManager({ secrets, keys, operators: [operatorKey] }),
    startDynamoDB({ keys }),
  ]);
  secretsManager.state.now = clock.now;
  const bundle = await mkdtemp(join(tmpdir(), 'connect-token-vending-'));
  const built = bundleFunctions({ policy: policy.policy, into: bundle });
  const lines: string[] = [];
  const urls = { secretsManager: secretsManager.url, dynamodb: dynamodb.url };
  const start = (entry: Entry, environment = functionEnvironment(urls)) =>
    startInstance({
      bundle,
      entry,
      inProcess: inProcesses,
      environment,
      onLine: (line) => {
        lines.push(line);
        onLine?.(line);
      },
    });
  const startOnClock = async (entry: Entry) => {
    const instance = await start(entry);
    if (clock.aheadMs() > 0) await instance.setClock(clock.aheadMs());
    return instance;
  };
  const fleet = await startFleet(instances, () => startOnClock('vend-function'));
  const refresher = await startOnClock('refresh-function');
  const refresh = (event: object = scheduleEvent()) => refresher.invoke(event);
  const state = { invoke: undefined as Invoke | undefined };
  const closeFunctions = async () => {
    await Promise.all([fleet, refresher, secretsManager, dynamodb].map((one) => one.close()));
    await Promise.all(
      [bundle, `${bundle}-maps`].map((folder) => rm(folder, { recursive: true, force: true })),
    );
  };
  const { proberArn } = policy;
  const gateway = await startGateway({
    callers: proberArn === undefined ? callers : [...callers, { ...proberKey, principalArn: proberArn }],
    resourcePolicy: resourcePolicy(policy.principals).document.Statement,
    invoke: (event) => (state.invoke ?? fleet.invoke)(event),
    functionNow: clock.now,
    ...(port !== undefined && { port }),
    ...(host !== undefined && { host }),
    ...(account !== undefined && { account }),
    ...(onAnswer && { onAnswer }),
  }).catch(async (error: unknown) => {
    // The port is taken.
    await closeFunctions();
    throw error;
  });
  const url = `${gateway.url}${tokenPath}`;
  const prober = proberArn === undefined ? undefined : await start('probe-function', probeEnvironment(url));
  return {
    url,
    gateway,
    secretsManager,
    dynamodb,
    built,
    /** The lines that the functions printed. */
    lines,
    /** With this, tests put another function behind the gateway. */
    state,
    invoke: fleet.invoke,
    /** Invokes the refresh function as EventBridge Scheduler does. Resolves to the function's counts. */
    refresh,
    /** Invokes the probe function in the same way. Resolves to both verdicts; undefined where the policy has no prober. */
    probe: (event: object = scheduleEvent()) => prober?.invoke(event),
    /** Puts the clock forward, except the prober's, who signs from outside. */
    advanceClock: async (ms: number) => {
      clock.advance(ms);
      await Promise.all([refresher, ...fleet.instances()].map((one) => one.setClock(clock.aheadMs())));
    },
    /** The instances, for tests that ask or end one. */
    fleet: fleet.instances,
    removeInstance: fleet.remove,
    /** Files of the bundle that the first instance has loaded. */
    loaded: () => (fleet.instances()[0] as Instance).loaded(),
    /** Replaces the instances by new ones, which remember nothing. The table stays. */
    replaceInstances: fleet.replace,
    close: async () => {
      await gateway.close();
      await prober?.close();
      await closeFunctions();
    },
  };
}

/** The environment that the stack and Lambda give the functions, with the SDK clients pointed at the emulators. */
export function functionEnvironment({
  secretsManager,
  dynamodb,
}: {
  secretsManager: string;
  dynamodb: string;
}): Record<string, string> {
  return {
    ...commonEnvironment(functionKey),
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secretsManager,
    AWS_ENDPOINT_URL_DYNAMODB: dynamodb,
    TOKEN_TABLE: tableName,
  };
}

/** The same for the probe function, which calls no service of AWS's but the API. */
export function probeEnvironment(tokenUrl: string): Record<string, string> {
  return { ...commonEnvironment(proberKey), TOKEN_URL: tokenUrl };
}

function commonEnvironment(key: AccessKey): Record<string, string> {
  return {
    AWS_REGION: 'us-east-1',
    // Without these, the SDK would read the host's own files in the home directory.
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    AWS_ACCESS_KEY_ID: key.accessKeyId,
    AWS_SECRET_ACCESS_KEY: key.secretAccessKey,
    SERVICE_NAME: 'connect-token-vending-local',
  };
}
