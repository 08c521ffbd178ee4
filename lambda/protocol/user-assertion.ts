import { parseJsonObject } from '../values/json.ts';

/** No id needs control characters, and with them one user id could look like another in a record. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern rejects them
const userIdPattern = /^[^\u0000-\u001f\u007f-\u009f]{1,256}$/u;

export function isUserId(value: unknown): value is string {
  return typeof value === 'string' && value.isWellFormed() && userIdPattern.test(value);
}

/**
 * The user id in a fulfillment_user_assertion: standard padded Base64 of `{"user_id":"…"}` with nothing else in it.
 * Undefined for anything else. Connect's assertion is unsigned, so the service must not accept a text that Connect's
 * parser could read as another user.
 */
export function decodeUserAssertion(assertion: string): string | undefined {
  const bytes = Buffer.from(assertion, 'base64');
  if (bytes.toString('base64') !== assertion) return undefined;
  const text = bytes.toString('utf8');
  if (!Buffer.from(text, 'utf8').equals(bytes)) return undefined;
  const { user_id: userId, ...rest } = parseJsonObject(text) ?? {};
  return isUserId(userId) && Object.keys(rest).length === 0 ? userId : undefined;
}

export function encodeUserAssertion(userId: string): string {
  return Buffer.from(JSON.stringify({ user_id: userId })).toString('base64');
}
