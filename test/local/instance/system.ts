import { randomBytes } from 'node:crypto';
import { devNull } from 'node:os';
import { resourcePolicy } from '../../../infra/api/resource-policy.ts';
import type { CompiledPolicy } from '../../../infra/policy/compile.ts';
import { tokenPath } from '../../../lambda/protocol/contract.ts';
import type { Caller } from '../emulators/callers.ts';
import { startDynamoDB, tableName } from '../emulators/dynamodb-emulator.ts';
import { type Answered, type Gateway, type Invoke, startGateway } from '../emulators/gateway-emulator.ts';
import { operatorKey } from '../emulators/lambda-api.ts';
import { scheduleEvent } from '../emulators/schedule-event.ts';
import { startSecretsManager } from '../emulators/secrets-manager-emulator.ts';
import type { AccessKey } from '../emulators/sigv4.ts';
import { type Clock, createClock } from './clock.ts';
import { startFunctions } from './functions.ts';
import type { Instance } from './instance.ts';

export type StackOptions = {
  policy: CompiledPolicy;
  callers: readonly Caller[];
  /** Secret strings by name or ARN. */
  secrets: Record<string, string>;
  port?: number;
  /** The address on which the API listens. Default: loopback. */
  host?: string;
  /** Whether the API refuses what a web page sends, which API Gateway does not. Default: false. */
  refusesWebPages?: boolean;
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

/** The functions sign with this key, as their role would. Its secret opens the clients' secrets, which may be real. */
export const functionKey = { accessKeyId: 'function-role', secretAccessKey: randomSecret() };

/** The prober's function signs with this key, as the prober's role would. */
export const proberKey = { accessKeyId: 'prober-role', secretAccessKey: randomSecret() };

/** Everything but Connect: the gateway, instances of the bundle, the token table, Secrets Manager. */
export async function startStack(options: StackOptions) {
  const { policy, clock = createClock(), instances = 1, inProcesses = false, onLine } = options;
  const lines: string[] = [];
  const services = await startServices(options.secrets, clock);
  const { secretsManager, dynamodb } = services;
  const functions = await startFunctions({
    ...{ policy: policy.policy, clock, instances, inProcesses },
    environment: functionEnvironment({ secretsManager: secretsManager.url, dynamodb: dynamodb.url }),
    onLine: (line) => {
      lines.push(line);
      onLine?.(line);
    },
  });
  const { fleet } = functions;
  const closeBehind = () => Promise.all([functions.close(), secretsManager.close(), dynamodb.close()]);
  const state = { invoke: undefined as Invoke | undefined };
  const invoke: Invoke = (event) => (state.invoke ?? fleet.invoke)(event);
  const gateway = await openGateway({ ...options, clock }, invoke).catch(async (error: unknown) => {
    // The port is taken.
    await closeBehind();
    throw error;
  });
  const url = `${gateway.url}${tokenPath}`;
  const prober =
    policy.proberArn === undefined ? undefined : await functions.startProber(probeEnvironment(url));
  return {
    ...{ url, gateway, secretsManager, dynamodb },
    built: functions.built,
    /** The lines that the functions printed. */
    lines,
    /** With this, tests put another function behind the gateway. */
    state,
    invoke: fleet.invoke,
    /** Invokes the refresh function as EventBridge Scheduler does. Resolves to the function's counts. */
    refresh: (event: object = scheduleEvent()) => functions.refresh(event),
    /** Invokes the probe function in the same way. Resolves to both verdicts; undefined where the policy has no prober. */
    probe: (event: object = scheduleEvent()) => prober?.invoke(event),
    advanceClock: functions.advanceClock,
    /** The instances, for tests that ask or end one. */
    fleet: fleet.instances,
    removeInstance: fleet.remove,
    /** Files of the bundle that the first instance has loaded. */
    loaded: () => (fleet.instances()[0] as Instance).loaded(),
    /** Replaces the instances by new ones, which remember nothing. The table stays. */
    replaceInstances: fleet.replace,
    close: async () => {
      await gateway.close();
      await closeBehind();
    },
  };
}

async function startServices(secrets: Record<string, string>, clock: Clock) {
  const keys = [{ ...functionKey, now: clock.now }];
  const [secretsManager, dynamodb] = await Promise.all([
    startSecretsManager({ secrets, keys, operators: [operatorKey] }),
    startDynamoDB({ keys }),
  ]);
  secretsManager.state.now = clock.now;
  return { secretsManager, dynamodb };
}

function openGateway(
  { policy, callers, clock, port, host, refusesWebPages, account, onAnswer }: StackOptions & { clock: Clock },
  invoke: Invoke,
): Promise<Gateway> {
  const { proberArn, principals } = policy;
  return startGateway({
    callers: proberArn === undefined ? callers : [...callers, { ...proberKey, principalArn: proberArn }],
    resourcePolicy: resourcePolicy(principals).document.Statement,
    invoke,
    functionNow: clock.now,
    ...(port !== undefined && { port }),
    ...(host !== undefined && { host }),
    ...(refusesWebPages !== undefined && { refusesWebPages }),
    ...(account !== undefined && { account }),
    ...(onAnswer && { onAnswer }),
  });
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

function randomSecret(): string {
  return randomBytes(30).toString('base64url');
}
