/** One line of the log: `fields` after its level, message, time and service. Every field may be recorded. */
export type Log = (level: 'INFO' | 'ERROR', message: string, fields: object) => void;

/**
 * Writes a line of JSON straight to stdout: Lambda's `console` would put a prefix before it, and neither Logs
 * Insights nor CloudWatch's embedded metrics would find its fields. `service` tells one stage's lines from another's.
 */
export function createLog(service: string): Log {
  return function log(level, message, fields) {
    const line = { level, message, timestamp: new Date().toISOString(), service, ...fields };
    process.stdout.write(`${JSON.stringify(line)}\n`);
  };
}

/** What JSON can hold of an error. An SDK's error carries the whole response besides: that stays out. */
export function errorFields(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error) };
  const { name, message, stack, cause } = error;
  return { name, message, stack, ...(cause !== undefined && { cause: errorFields(cause) }) };
}
