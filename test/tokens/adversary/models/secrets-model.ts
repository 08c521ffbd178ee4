import type { HttpAnswer, SentRequest } from '../http-globals.ts';
import type { Instance } from '../instance.ts';
import type { Timeline } from '../timeline.ts';
import type { Trouble } from '../trouble.ts';
import { exchangeWithAws, failure, type Reply, readSent } from './aws-front.ts';

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

  function receive(instance: Instance, sent: SentRequest): Promise<HttpAnswer> {
    const { operation, input } = readSent(sent);
    if (operation !== 'GetSecretValue') {
      forbid(`Secrets Manager: ${operation}`);
      return Promise.reject(new Error('Not modelled'));
    }
    const { VersionStage = 'AWSCURRENT' } = input as { VersionStage?: string };
    return exchangeWithAws({
      timeline,
      instance,
      sent,
      wayThereMs: 5 + 15 * random(),
      carryOut: () => {
        onRead(instance);
        return replyTo(VersionStage);
      },
    });
  }

  function replyTo(stage: string): Reply {
    const fault = trouble.met('secrets');
    switch (fault?.kind) {
      case 'lost':
        return undefined;
      case 'throttled':
        return failure('ThrottlingException', 10);
      case 'denied':
        return failure('AccessDeniedException', 10);
      case undefined:
      case 'slow': {
        const index = versions.length - (stage === 'AWSPREVIOUS' ? 2 : 1);
        const text = versions[index];
        if (text === undefined) return failure('ResourceNotFoundException', 10);
        const body = { SecretString: text, VersionId: `version-${index}`, VersionStages: [stage] };
        return { afterMs: 10 + 30 * random() + (fault ? 800 : 0), status: 200, body };
      }
      default:
        return failure('InternalServiceError', 10, 500);
    }
  }

  return {
    receive,
    put: (text: string) => versions.push(text),
    current: () => versions.at(-1) as string,
  };
}
