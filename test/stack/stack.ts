import { mkdtemp, rm } from 'node:fs/promises';
import { devNull, tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleFunction } from '../../infra/bundle.ts';
import type { CompiledPolicy } from '../../infra/policy/compile.ts';
import { resourcePolicy } from '../../infra/resource-policy.ts';
import type { Caller } from './callers.ts';
import { type Answered, type Invoke, startGateway } from './gateway.ts';
import { startInstance } from './instance.ts';
import { startSecretsManager } from './secrets-manager.ts';

export type StackOptions = {
  policy: CompiledPolicy;
  callers: readonly Caller[];
  /** Secret strings by name or ARN. */
  secrets: Record<string, string>;
  port?: number;
  onLine?: (line: string) => void;
  onAnswer?: (answered: Answered) => void;
};

export type Stack = Awaited<ReturnType<typeof startStack>>;

/** The key that the function itself signs with, as its role would. */
const functionKey = { accessKeyId: 'function-role', secretAccessKey: 'function-role-secret' };

/** Everything but Connect: the gateway, the bundle as one instance, Secrets Manager. */
export async function startStack({ policy, callers, secrets, port, onLine, onAnswer }: StackOptions) {
  const secretsManager = await startSecretsManager({ secrets, keys: [functionKey] });
  const bundle = await mkdtemp(join(tmpdir(), 'connect-token-vending-'));
  const built = await bundleFunction({ policy: policy.policy, into: bundle });
  const lines: string[] = [];
  const start = () =>
    startInstance({
      bundle,
      environment: functionEnvironment(secretsManager.url),
      onLine: (line) => {
        lines.push(line);
        onLine?.(line);
      },
    });
  let instance = await start();
  const state = { invoke: undefined as Invoke | undefined };
  const closeFunction = async () => {
    await Promise.all([instance.close(), secretsManager.close()]);
    await Promise.all(
      [bundle, `${bundle}-maps`].map((folder) => rm(folder, { recursive: true, force: true })),
    );
  };
  const gateway = await startGateway({
    callers,
    resourcePolicy: resourcePolicy(policy.principals).document.Statement,
    invoke: (event) => (state.invoke ?? instance.invoke)(event),
    ...(port !== undefined && { port }),
    ...(onAnswer && { onAnswer }),
  }).catch(async (error: unknown) => {
    // The port is taken.
    await closeFunction();
    throw error;
  });
  return {
    url: `${gateway.url}/v2/oauth/token`,
    gateway,
    secretsManager,
    built,
    /** What the function printed, a line each. */
    lines,
    /** Tests put another function behind the gateway. */
    state,
    invoke: (event: object) => instance.invoke(event),
    /** Files of the bundle that the instance has loaded. */
    loaded: () => instance.loaded(),
    /** A new instance, which remembers nothing, in place of the old one. */
    replaceInstance: async () => {
      await instance.close();
      instance = await start();
    },
    close: async () => {
      await gateway.close();
      await closeFunction();
    },
  };
}

/** What the stack and Lambda itself give the function, with its SDK clients pointed at the emulators. */
export function functionEnvironment(secretsManagerUrl: string): Record<string, string> {
  return {
    AWS_REGION: 'us-east-1',
    // Or the SDK finds the host's own, in the home directory.
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    AWS_ACCESS_KEY_ID: functionKey.accessKeyId,
    AWS_SECRET_ACCESS_KEY: functionKey.secretAccessKey,
    AWS_LAMBDA_FUNCTION_NAME: 'local-vend',
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secretsManagerUrl,
    POWERTOOLS_SERVICE_NAME: 'connect-token-vending-local',
    POWERTOOLS_METRICS_NAMESPACE: 'ConnectTokenVending',
  };
}
