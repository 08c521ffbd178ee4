import { descriptions } from '../protocol/contract.ts';
import { parseJsonObject } from '../values/json.ts';
import { type ApiEvent, headerValues } from './api-event.ts';
import { OAuthError } from './oauth-error.ts';

/** 16 kB, after base64. */
const maxBytes = 16 * 1024;

/** A token request's fields, of a JSON body or a form alike. An empty field is an absent one (RFC 6749 §3.2). */
export type Fields = ReadonlyMap<string, unknown>;

/** Content type, then size, then the fields: 415, 413 or 400. */
export function readBody(event: ApiEvent): Fields {
  const parse = parserOf(event);
  const text = readText(event);
  if (Buffer.byteLength(text) > maxBytes) {
    throw new OAuthError('invalid_request', 'size', descriptions.bodyTooLarge, { status: 413 });
  }
  return new Map(parse(text).filter(([, value]) => value !== ''));
}

type Parser = (text: string) => Array<[string, unknown]>;

function parserOf(event: ApiEvent): Parser {
  const types = headerValues(event, 'content-type');
  const type = types.length === 1 ? types[0]?.split(';')[0]?.trim().toLowerCase() : undefined;
  if (type === 'application/json') return parseJson;
  if (type === 'application/x-www-form-urlencoded') return parseForm;
  throw new OAuthError('invalid_request', 'content_type', descriptions.contentType, { status: 415 });
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

function readText({ body, isBase64Encoded }: ApiEvent): string {
  if (isBase64Encoded !== true) return body ?? '';
  try {
    return utf8.decode(Buffer.from(body ?? '', 'base64'));
  } catch {
    throw new OAuthError('invalid_request', 'body', 'The body is not UTF-8.');
  }
}

function parseJson(text: string): Array<[string, unknown]> {
  const value = parseJsonObject(text);
  if (value === undefined)
    throw new OAuthError('invalid_request', 'body', 'The body must be one JSON object.');
  return Object.entries(value);
}

function parseForm(text: string): Array<[string, unknown]> {
  const pairs = [...new URLSearchParams(text)];
  if (new Set(pairs.map(([name]) => name)).size < pairs.length) {
    throw new OAuthError('invalid_request', 'field', 'A form field is repeated: send each field once.');
  }
  return pairs;
}
