import { cacheName, cacheStatuses } from '../../lambda/http/responses.ts';
import { responseHeaders, statusesWithRetryAfter } from '../../lambda/protocol/contract.ts';

/** The content type is told by a response's `content`. */
const { 'Content-Type': _, ...ofEveryAnswer } = responseHeaders;

const sources = Object.values(cacheStatuses);

/** Every header that an answer may have. Where a response has one, it always has it. */
export const headers = {
  ...Object.fromEntries(
    Object.entries(ofEveryAnswer).map(([name, value]) => [
      name,
      { required: true, schema: { type: 'string', const: value } },
    ]),
  ),
  'Cache-Status': {
    description: 'Where the token came from, and its remaining life in seconds (RFC 9211)',
    required: true,
    schema: { type: 'string', pattern: `^${cacheName}; (?:${sources.join('|')}); ttl=\\d+$` },
    example: `${cacheName}; ${cacheStatuses.memory}; ttl=86399`,
  },
  'Retry-After': {
    description: 'After how many seconds a second attempt may succeed',
    required: true,
    schema: { type: 'integer', minimum: 1 },
  },
  Allow: { required: true, schema: { type: 'string', const: 'POST' } },
};

/** A vended token's headers. */
export function tokenHeaders() {
  return refs([...Object.keys(ofEveryAnswer), 'Cache-Status']);
}

/** An answer's headers, by its status. */
export function headersOf(status: number) {
  return refs([
    ...Object.keys(ofEveryAnswer),
    ...(statusesWithRetryAfter.includes(status) ? ['Retry-After'] : []),
    ...(status === 405 ? ['Allow'] : []),
  ]);
}

function refs(names: readonly string[]) {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}
