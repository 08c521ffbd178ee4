import type { Context } from 'aws-lambda';
import { vi } from 'vitest';
import type { Policy } from '../../lambda/policy/policy.ts';
import { createVendFunction } from '../../lambda/wiring.ts';
import { tableName } from '../local/emulators/dynamodb-emulator.ts';
import { functionEnvironment } from '../local/instance/system.ts';

/** The function from its sources, in this process, where coverage sees it. */
export function sourceFunction(policy: Policy, urls: { secretsManager: string; dynamodb: string }) {
  const environment = functionEnvironment(urls);
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  const lines: string[] = [];
  const stdout = vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    lines.push(
      ...String(chunk)
        .split('\n')
        .filter((line) => line !== ''),
    );
    return true;
  });
  const create = () =>
    createVendFunction({ policy, tokenTable: tableName, service: environment['SERVICE_NAME'] ?? '' });
  let handler = create();
  return {
    lines,
    invoke: (event: object) => {
      const endsAt = performance.now() + 27_000;
      const context = { awsRequestId: 'source', getRemainingTimeInMillis: () => endsAt - performance.now() };
      return handler(event, context as Context as never) as Promise<unknown>;
    },
    forget: () => {
      handler = create();
    },
    close: () => {
      stdout.mockRestore();
      vi.unstubAllEnvs();
    },
  };
}
