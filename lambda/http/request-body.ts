import { credentialFields, descriptions, maxBodyBytes } from '../protocol/contract.ts';
import { parseJsonObject, withoutBom } from '../values/json.ts';
import { type ApiEvent, headerValues } from './api-event.ts';
import { OAuthError } from './oauth-error.ts';

/**
 * A token request's fields, of a JSON body or a form alike. An empty field counts as absent (RFC 6749 §3.2), and so does
 * JSON's null: typed clients write absent members so.
 */
export type Fields = ReadonlyMap<string, unknown>;

/** Checks the content type, then the size, then the fields. Throws an OAuthError: 415, 413 or 400. */
export function readFields(event: ApiEvent): Fields {
  const fields = readBody(event);
  rejectCredentials(fields);
  return fields;
}

function readBody(event: ApiEvent): Fields {
  const parse = parserFor(event);
  const text = decodeBody(event);
  if (Buffer.byteLength(text) > maxBodyBytes) throw new OAuthError('size', descriptions.bodyTooLarge);
  return new Map(parse(text).filter(([, value]) => value !== '' && value !== null));
}

const notJson =
  'Content-Type is application/json, and the body is not one JSON object. Send a form as application/x-www-form-urlencoded.';
const notForm =
  'Content-Type is application/x-www-form-urlencoded, and the body is a JSON object. Send JSON as application/json.';

type Parser = (text: string) => Array<[string, unknown]>;

function parserFor(event: ApiEvent): Parser {
  const [contentType = '', ...more] = headerValues(event, 'content-type');
  const mediaType = more.length === 0 ? contentType.split(';', 1)[0]?.trim().toLowerCase() : undefined;
  if (mediaType === 'application/json') return parseJson;
  if (mediaType === 'application/x-www-form-urlencoded') return parseForm;
  throw new OAuthError('content_type', descriptions.contentType);
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decodeBody({ body, isBase64Encoded }: ApiEvent): string {
  const text = body ?? '';
  if (isBase64Encoded !== true) return withoutBom(text);
  try {
    return withoutBom(utf8.decode(Buffer.from(text, 'base64')));
  } catch {
    throw new OAuthError('body', 'The body is not UTF-8.');
  }
}

function parseJson(text: string): Array<[string, unknown]> {
  const value = parseJsonObject(text);
  if (value === undefined) throw new OAuthError('body', notJson);
  return Object.entries(value);
}

function parseForm(text: string): Array<[string, unknown]> {
  // It would be read as one unknown field, and every field as missing.
  if (parseJsonObject(text) !== undefined) throw new OAuthError('body', notForm);
  const pairs = [...new URLSearchParams(text)];
  if (new Set(pairs.map(([name]) => name)).size < pairs.length) {
    throw new OAuthError('field', 'A form field is repeated: send each field once.');
  }
  return pairs;
}

function rejectCredentials(fields: Fields): void {
  for (const name of credentialFields) {
    if (!fields.has(name)) continue;
    throw new OAuthError(
      'credential_in_body',
      `Remove ${name}: your AWS signature is your credential here. Rotate the ${name} that you sent.`,
    );
  }
}
