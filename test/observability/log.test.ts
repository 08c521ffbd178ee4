import { describe, expect, it, vi } from 'vitest';
import { createLog, errorFields } from '../../lambda/observability/log.ts';
import { Secret } from '../../lambda/values/secret.ts';

/** What a line of the log holds. */
function logged(fields: object): Record<string, unknown> {
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  createLog('test')('INFO', 'x', fields);
  const [text] = write.mock.calls.flat();
  write.mockRestore();
  expect(text).toMatch(/^[^\n]+\n$/);
  return JSON.parse(String(text)) as Record<string, unknown>;
}

describe('a log line', () => {
  it('is JSON of one line, its level, message, time and service first', () => {
    const { timestamp, ...line } = logged({ client: 'line\nbreak' });
    expect(line).toEqual({ level: 'INFO', message: 'x', service: 'test', client: 'line\nbreak' });
    expect(new Date(timestamp as string).toISOString()).toBe(timestamp);
  });

  it('has of an error its name, message, stack and causes: nothing that hangs on it', () => {
    const error = Object.assign(new TypeError('outer', { cause: new Error('inner') }), {
      $response: { body: 'canary' },
    });
    expect(logged({ error: errorFields(error) })['error']).toEqual({
      name: 'TypeError',
      message: 'outer',
      stack: error.stack,
      cause: { name: 'Error', message: 'inner', stack: (error.cause as Error).stack },
    });
    expect(errorFields('a string')).toEqual({ message: 'a string' });
  });

  it('never holds a secret', () => {
    const secret = new Secret('canary-5f1e');
    expect(logged({ secret, nested: { secret } })).toMatchObject({ secret: '[secret]' });
    expect(JSON.stringify(logged({ secret, nested: { secret } }))).not.toContain('canary');
  });
});
