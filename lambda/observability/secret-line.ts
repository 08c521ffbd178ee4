import type { SecretAge } from '../tokens/secret-age.ts';
import { errorFields, type Log } from './log.ts';
import { embedMetrics } from './metrics.ts';
import { secretAgeDays, secretAgeMetrics } from './secret-age.ts';

/** `age` is an Error for a bug. */
export type RecordSecret = (client: string, age: SecretAge | Error, functionRequestId: string) => void;

/** Writes one log line for each client of the policy in each run of the refresh function. */
export function createRecordSecret(log: Log): RecordSecret {
  return function recordSecret(client, age, functionRequestId) {
    const line = { function_request_id: functionRequestId, client };
    if (age instanceof Error) {
      log('ERROR', 'client secret', { ...line, error: errorFields(age) });
      return;
    }
    const { versionId, ageMs, fault } = age;
    log('INFO', 'client secret', {
      ...line,
      secret_version_id: versionId,
      secret_age_days: secretAgeDays(ageMs),
      fault,
      ...embedMetrics(secretAgeMetrics(ageMs)),
    });
  };
}
