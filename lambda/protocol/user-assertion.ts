import { parseJsonObject } from '../values/json.ts';

/** Control characters have no place in an id, and would let one user id look like another in a record. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what this refuses
const userIdPattern = /^[^\u0000-\u001f\u007f-\u009f]{1,256}$/u;

export function isUserId(value: unknown): value is string {
  return typeof value === 'string' && value.isWellFormed() && userIdPattern.test(value);
}

/**
 * The user id in a fulfillment_user_assertion: standard padded Base64 of `{"user_id":"…"}` and nothing else in
 * it. Undefined for anything else: Connect's assertion is unsigned, so what one parser here and another there
 * could read differently must not go up.
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
