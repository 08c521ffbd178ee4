import { parseJsonObject } from '../values/json.ts';
import { maxUserIdCharacters, userIdCharacterRule } from './names.ts';

const userIdPattern = new RegExp(`^${userIdCharacterRule}{1,${maxUserIdCharacters}}$`, 'u');

export function isUserId(value: unknown): value is string {
  return typeof value === 'string' && userIdPattern.test(value);
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
