/** Writes one line of the log: level, message, time and service, then `fields`, each of which may be recorded. */
export type Log = (level: 'INFO' | 'ERROR', message: string, fields: object) => void;

/**
 * Writes JSON straight to stdout. Lambda's `console` would put a prefix before it, and then neither Logs Insights nor
 * CloudWatch's embedded metrics would find the fields. `service` tells one stage's lines from another's.
 */
export function createLog(service: string): Log {
  return function log(level, message, fields) {
    const line = { level, message, timestamp: new Date().toISOString(), service, ...fields };
    process.stdout.write(`${JSON.stringify(line)}\n`);
  };
}

/** An error's name, message, stack and causes. An SDK's error also holds the whole response, which is left out. */
export function errorFields(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error) };
  const { name, message, stack, cause } = error;
  return { name, message, stack, ...(cause !== undefined && { cause: errorFields(cause) }) };
}
