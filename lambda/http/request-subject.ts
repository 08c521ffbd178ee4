import { codeVerifierRule } from '../protocol/contract.ts';
import type { GrantType } from '../protocol/scopes.ts';
import { decodeUserAssertion, isUserId } from '../protocol/user-assertion.ts';
import type { Subject } from '../tokens/mint-request.ts';
import { Secret } from '../values/secret.ts';
import type { Fields } from './request-body.ts';
import { fieldError, readText } from './request-fields.ts';

/** Whom the token is for, from the fields that this grant type has. Fields of other grant types are ignored. */
export function readSubject(fields: Fields, grantType: GrantType): Subject {
  switch (grantType) {
    case 'client_credentials':
      return { kind: 'application' };
    case 'fulfillment_user_assertion':
      return { kind: 'user', userId: readUserId(fields, grantType) };
    case 'urn:ietf:params:oauth:grant-type:retailer-json-bearer':
      return { kind: 'opaque', assertion: new Secret(requireText(fields, 'assertion', grantType)) };
    case 'authorization_code':
      return {
        kind: 'code',
        code: new Secret(requireText(fields, 'code', grantType)),
        redirectUri: requireText(fields, 'redirect_uri', grantType),
        codeVerifier: readCodeVerifier(fields),
      };
  }
}

const codeVerifier = new RegExp(`^${codeVerifierRule}$`);

function readCodeVerifier(fields: Fields): Secret | undefined {
  const verifier = readText(fields, 'code_verifier');
  if (verifier === undefined) return undefined;
  if (codeVerifier.test(verifier)) return new Secret(verifier);
  throw fieldError('code_verifier must be 43 to 128 characters of A-Z, a-z, 0-9, "-", ".", "_" and "~".');
}

function readUserId(fields: Fields, grantType: GrantType): string {
  const userId = readText(fields, 'user_id');
  if (userId === undefined) return readUserAssertion(fields, grantType);
  if (fields.has('assertion')) throw fieldError('Send user_id or assertion, not both.');
  if (isUserId(userId)) return userId;
  throw fieldError('user_id must be 1 to 256 characters without control characters.');
}

function readUserAssertion(fields: Fields, grantType: GrantType): string {
  const assertion = readText(fields, 'assertion');
  if (assertion === undefined)
    throw fieldError(`user_id or assertion is required for grant_type ${grantType}.`);
  const userId = decodeUserAssertion(assertion);
  if (userId !== undefined) return userId;
  throw fieldError('assertion must be the padded Base64 of {"user_id":"…"} with nothing else in it.');
}

function requireText(fields: Fields, name: string, grantType: GrantType): string {
  const value = readText(fields, name);
  if (value !== undefined) return value;
  throw fieldError(`${name} is required for grant_type ${grantType}.`);
}
