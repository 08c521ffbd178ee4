import { parseJsonObject, withoutBom } from '../values/json.ts';
import { Secret } from '../values/secret.ts';

/** What identifies an application at Connect. */
export type ClientPair = { clientId: string; clientSecret: Secret };

/** What a secret must hold, in the order in which it is checked. */
const names = ['client_id', 'client_secret'] as const;

/**
 * Reads a secret's text as `{"client_id":"…","client_secret":"…"}`. A `fault` names the kind of mistake, and never quotes
 * the text.
 */
export function readPair(text: string | undefined): {
  pair: ClientPair | undefined;
  fault: string | undefined;
} {
  const fields = parseJsonObject(withoutBom(text ?? ''));
  const fault = fields === undefined ? faultOfText(text) : faultOfFields(fields);
  if (fields === undefined || fault !== undefined) return { pair: undefined, fault };
  const [clientId, clientSecret] = names.map((name) => fields[name] as string) as [string, string];
  return { pair: { clientId, clientSecret: new Secret(clientSecret) }, fault: undefined };
}

export function isSamePair(one: ClientPair, other: ClientPair): boolean {
  return one.clientId === other.clientId && one.clientSecret.reveal() === other.clientSecret.reveal();
}

function faultOfText(text = ''): string {
  if (text.trim() === '') return 'the secret is empty';
  return isJsonString(text)
    ? 'the secret is JSON inside a string: encoded twice'
    : 'the secret is not a JSON object';
}

function isJsonString(text: string): boolean {
  try {
    return typeof JSON.parse(withoutBom(text)) === 'string';
  } catch {
    return false;
  }
}

/** Connect would only refuse a pair with white space from a paste, or with a line break in it. */
function faultOfFields(fields: Record<string, unknown>): string | undefined {
  for (const name of names) {
    const value = fields[name];
    if (value === undefined) return `${name} is missing`;
    if (typeof value !== 'string') return `${name} is not a string`;
    if (value === '') return `${name} is empty`;
    if (value.trim() !== value) return `${name} has white space at an end`;
    if (!/^[\x20-\x7e]+$/.test(value)) return `${name} has a character that is not printable ASCII`;
  }
  return undefined;
}
