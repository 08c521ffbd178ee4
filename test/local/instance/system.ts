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
import { scheduleEvent } from '../emulators/schedule-event.ts';
import { startSecretsManager } from '../emulators/secrets-manager-emulator.ts';
import { type Instance, startInstance } from './instance.ts';

export type StackOptions = {
  policy: CompiledPolicy;
  callers: readonly Caller[];
  /** Secret strings by name or ARN. */
  secrets: Record<string, string>;
  port?: number;
  /** Of the vend function; requests go to them in turn. */
  instances?: number;
  /** Instances as processes, and not only as threads. */
  inProcesses?: boolean;
  onLine?: (line: string) => void;
  onAnswer?: (answered: Answered) => void;
};

export type Stack = Awaited<ReturnType<typeof startStack>>;

/** The key that the function itself signs with, as its role would. */
export const functionKey = { accessKeyId: 'function-role', secretAccessKey: 'function-role-secret' };

/** Everything but Connect: the gateway, instances of the bundle, the token table, Secrets Manager. */
export async function startStack({
  policy,
  callers,
  secrets,
  port,
  instances = 1,
  inProcesses = false,
  onLine,
  onAnswer,
}: StackOptions) {
  const keys = [functionKey];
  const [secretsManager, dynamodb] = await Promise.all([
    startSecretsManager({ secrets, keys }),
    startDynamoDB({ keys }),
  ]);
  const bundle = await mkdtemp(join(tmpdir(), 'connect-token-vending-'));
  const built = await bundleFunctions({ policy: policy.policy, into: bundle });
  const lines: string[] = [];
  const start = (entry: 'vend-function' | 'refresh-function') =>
    startInstance({
      bundle,
      entry,
      inProcess: inProcesses,
      environment: functionEnvironment({ secretsManager: secretsManager.url, dynamodb: dynamodb.url }),
      onLine: (line) => {
        lines.push(line);
        onLine?.(line);
      },
    });
  const startFleet = () => Promise.all(Array.from({ length: instances }, () => start('vend-function')));
  let fleet: Instance[] = await startFleet();
  let turn = 0;
  const invoke = (event: object) => {
    turn += 1;
    return (fleet[turn % fleet.length] as Instance).invoke(event);
  };
  const refresher = await start('refresh-function');
  const refresh = (event: object = scheduleEvent()) => refresher.invoke(event);
  const state = { invoke: undefined as Invoke | undefined };
  const closeFunctions = async () => {
    await Promise.all([...fleet, refresher, secretsManager, dynamodb].map((one) => one.close()));
    await Promise.all(
      [bundle, `${bundle}-maps`].map((folder) => rm(folder, { recursive: true, force: true })),
    );
  };
  const gateway = await startGateway({
    callers,
    resourcePolicy: resourcePolicy(policy.principals).document.Statement,
    invoke: (event) => (state.invoke ?? invoke)(event),
    ...(port !== undefined && { port }),
    ...(onAnswer && { onAnswer }),
  }).catch(async (error: unknown) => {
    // The port is taken.
    await closeFunctions();
    throw error;
  });
  return {
    url: `${gateway.url}${tokenPath}`,
    gateway,
    secretsManager,
    dynamodb,
    built,
    /** What the function printed, a line each. */
    lines,
    /** Tests put another function behind the gateway. */
    state,
    invoke,
    /** What EventBridge Scheduler does, every so often; resolves to the function's counts. */
    refresh,
    /** The instances, for tests that ask or end one of them. */
    fleet: () => fleet,
    removeInstance: (index: number) => {
      fleet = fleet.filter((_, at) => at !== index);
    },
    /** Files of the bundle that the first instance has loaded. */
    loaded: () => (fleet[0] as Instance).loaded(),
    /** New instances, which remember nothing, in place of the old ones; the table stays. */
    replaceInstances: async () => {
      await Promise.all(fleet.map((one) => one.close()));
      fleet = await startFleet();
    },
    close: async () => {
      await gateway.close();
      await closeFunctions();
    },
  };
}

/** What the stack and Lambda itself give the functions, with their SDK clients pointed at the emulators. */
export function functionEnvironment({
  secretsManager,
  dynamodb,
}: {
  secretsManager: string;
  dynamodb: string;
}): Record<string, string> {
  return {
    AWS_REGION: 'us-east-1',
    // Or the SDK finds the host's own, in the home directory.
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    AWS_ACCESS_KEY_ID: functionKey.accessKeyId,
    AWS_SECRET_ACCESS_KEY: functionKey.secretAccessKey,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secretsManager,
    AWS_ENDPOINT_URL_DYNAMODB: dynamodb,
    TOKEN_TABLE: tableName,
    SERVICE_NAME: 'connect-token-vending-local',
  };
}
