import { type SecretsManagerClient, SecretsManagerServiceException } from '@aws-sdk/client-secrets-manager';
import type { Instance } from '../instance.ts';
import { callService, type Outcome } from '../service-call.ts';
import type { Timeline } from '../timeline.ts';
import type { Trouble } from '../trouble.ts';
import { abortedError, awsFault, type SdkCommand, type SendOptions } from './sdk-errors.ts';

const attemptMs = 2_000;

export type SecretsModelOptions = {
  timeline: Timeline;
  trouble: Trouble;
  random: () => number;
  onRead: (instance: Instance) => void;
  forbid: (what: string) => void;
};

/** Secrets Manager with the one client's secret in it; a new version makes the last one AWSPREVIOUS. */
export function createSecretsModel(first: string, options: SecretsModelOptions) {
  const { timeline, trouble, random, onRead, forbid } = options;
  const versions: string[] = [first];

  async function send(
    instance: Instance,
    client: SecretsManagerClient,
    command: SdkCommand,
    sending?: SendOptions,
  ) {
    if (command.constructor.name !== 'GetSecretValueCommand') {
      forbid(`Secrets Manager: ${command.constructor.name}`);
      throw new Error('Not modelled');
    }
    onRead(instance);
    const { VersionStage = 'AWSCURRENT' } = command.input as { VersionStage?: string };
    const attempts = await client.config.maxAttempts();
    return callService({
      timeline,
      instance,
      wayThereMs: 5 + 15 * random(),
      carryOut: () => outcomeOf(VersionStage, attempts),
      signal: sending?.abortSignal,
      aborted: abortedError,
      connectionLost: () => awsFault(SecretsManagerServiceException, 'ECONNRESET'),
    });
  }

  function outcomeOf(stage: string, attempts: number): Outcome<object> {
    const fault = trouble.met('secrets');
    const fail = (name: string, afterMs: number): Outcome<object> => ({
      afterMs,
      answer: () => {
        throw awsFault(SecretsManagerServiceException, name);
      },
    });
    switch (fault?.kind) {
      case 'lost':
        return fail('TimeoutError', attemptMs * attempts);
      case 'throttled':
        return fail('ThrottlingException', 100 * attempts);
      case 'denied':
        return fail('AccessDeniedException', 10);
      case undefined:
      case 'slow': {
        const index = versions.length - (stage === 'AWSPREVIOUS' ? 2 : 1);
        const text = versions[index];
        if (text === undefined) return fail('ResourceNotFoundException', 10);
        const answer = { SecretString: text, VersionId: `version-${index}`, VersionStages: [stage] };
        return { afterMs: 10 + 30 * random() + (fault ? 800 : 0), answer: () => answer };
      }
      default:
        return fail('InternalServiceError', 50 * attempts);
    }
  }

  return {
    send,
    put: (text: string) => versions.push(text),
    current: () => versions.at(-1) as string,
  };
}
