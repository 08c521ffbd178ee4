import { parseJsonObject } from '../values/json.ts';
import { maxUserIdCharacters, userIdCharacterRule } from './names.ts';

const userIdPattern = new RegExp(`^${userIdCharacterRule}{1,${maxUserIdCharacters}}$`, 'u');

export function isUserId(value: unknown): value is string {
  return typeof value === 'string' && userIdPattern.test(value);
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
