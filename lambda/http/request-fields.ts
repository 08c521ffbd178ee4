import { longestMinTtlSeconds } from '../protocol/contract.ts';
import { retailerIdRule } from '../protocol/names.ts';
import { type ApiEvent, headerValues } from './api-event.ts';
import { OAuthError } from './oauth-error.ts';
import type { Fields } from './request-body.ts';

const headerValue = new RegExp(`^${retailerIdRule}$`, 'u');

/** A field that is missing, malformed or repeated. */
export function fieldError(description: string): OAuthError {
  return new OAuthError('field', description);
}

export function readText(fields: Fields, name: string): string | undefined {
  const value = fields.get(name);
  if (value === undefined || typeof value === 'string') return value;
  throw fieldError(`${name} must be a string.`);
}

/** `min_ttl`, which is in seconds, as a number or as digits. 0 where the request has none. */
export function readMinTtlMs(fields: Fields): number {
  const value = fields.get('min_ttl');
  if (value === undefined) return 0;
  const seconds = typeof value === 'string' && /^\d{1,5}$/.test(value) ? Number(value) : value;
  if (isWholeNumber(seconds) && seconds >= 0 && seconds <= longestMinTtlSeconds) return seconds * 1000;
  throw fieldError(`min_ttl must be a whole number of seconds, 0 to ${longestMinTtlSeconds}.`);
}

function isWholeNumber(value: unknown): value is number {
  return Number.isInteger(value);
}

export function readRefusedTokenHash(fields: Fields): string | undefined {
  const hash = readText(fields, 'refused_token_sha256')?.toLowerCase();
  if (hash === undefined || /^[0-9a-f]{64}$/.test(hash)) return hash;
  throw fieldError('refused_token_sha256 must be the SHA-256 of the token in hex, not the token itself.');
}

/** A blank header counts as absent. */
export function readRetailerId(event: ApiEvent): string | undefined {
  const [retailerId = '', ...more] = headerValues(event, 'x-retailer-id').map((value) => value.trim());
  if (more.length > 0) throw fieldError('Send X-Retailer-Id once.');
  if (retailerId === '') return undefined;
  if (headerValue.test(retailerId)) return retailerId;
  throw fieldError('X-Retailer-Id must be printable ASCII without spaces, at most 128 characters.');
}
