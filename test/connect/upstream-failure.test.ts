import { describe, expect, it } from 'vitest';
import { readFailure } from '../../lambda/connect/upstream-failure.ts';
import type { Subject } from '../../lambda/tokens/mint-request.ts';
import { Secret } from '../../lambda/values/secret.ts';
import { mintRequest } from '../support/token-world.ts';

/** As fetch throws it. */
const failed = (cause: object) => new TypeError('fetch failed', { cause });
const refused = { code: 'ECONNREFUSED', syscall: 'connect' };
const reset = { code: 'ECONNRESET', syscall: 'read' };
const code: Subject = {
  kind: 'code',
  code: new Secret('code'),
  redirectUri: 'https://shop.example/callback',
  codeVerifier: undefined,
};
const outcomeFor = (subject: Subject, error: unknown) => readFailure(error, { ...mintRequest, subject });

const neverSent: Array<[what: string, cause: object, systemError: string]> = [
  ['a refused connection', refused, 'ECONNREFUSED'],
  ['any failure of connecting', { code: 'EADDRNOTAVAIL', syscall: 'connect' }, 'EADDRNOTAVAIL'],
  ['any failure of a name server', { code: 'ESOMETHING', syscall: 'getaddrinfo' }, 'ESOMETHING'],
  ['a reset while connecting', { code: 'ECONNRESET', syscall: 'connect' }, 'ECONNRESET'],
  ['a connection closed in the handshake', { code: 'ECONNRESET', host: 'connect.example' }, 'ECONNRESET'],
  ['a connection that takes too long', { code: 'UND_ERR_CONNECT_TIMEOUT' }, 'UND_ERR_CONNECT_TIMEOUT'],
  ...[
    'ENOTFOUND',
    'EAI_AGAIN',
    'EHOSTUNREACH',
    'ENETUNREACH',
    'CERT_HAS_EXPIRED',
    'CERT_NOT_YET_VALID',
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'ERR_SSL_WRONG_VERSION_NUMBER',
    'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'HOSTNAME_MISMATCH',
  ].map((word): [string, object, string] => [word, { code: word }, word]),
  [
    'addresses that all refuse',
    { code: 'ECONNREFUSED', errors: [refused, { code: 'ENETUNREACH', syscall: 'connect' }] },
    'ECONNREFUSED',
  ],
  [
    'addresses of which none is reached, without a word for all',
    { errors: [{ code: 'ETIMEDOUT', syscall: 'connect' }, refused] },
    'ETIMEDOUT',
  ],
];

const perhapsSent: Array<[what: string, error: unknown, systemError: string]> = [
  ['a reset', failed(reset), 'ECONNRESET'],
  ['a reset without more', failed({ code: 'ECONNRESET' }), 'ECONNRESET'],
  ['a failed write', failed({ code: 'EPIPE', syscall: 'write' }), 'EPIPE'],
  ['a time-out of the socket', failed({ code: 'ETIMEDOUT', syscall: 'read' }), 'ETIMEDOUT'],
  ['a closed socket', failed({ code: 'UND_ERR_SOCKET' }), 'UND_ERR_SOCKET'],
  ['headers that never come', failed({ code: 'UND_ERR_HEADERS_TIMEOUT' }), 'UND_ERR_HEADERS_TIMEOUT'],
  ['one of two addresses that took the request', failed({ errors: [refused, reset] }), 'ECONNREFUSED'],
  ['the other of two', failed({ code: 'ECONNREFUSED', errors: [reset, refused] }), 'ECONNREFUSED'],
  ['no address at all', failed({ errors: [] }), 'NO_ANSWER'],
  ['time that is up', new DOMException('The operation timed out.', 'TimeoutError'), 'NO_ANSWER'],
  ['a code that begins alike', failed({ code: 'XENOTFOUND' }), 'XENOTFOUND'],
  ['a code with more behind it', failed({ code: 'ENOTFOUND2' }), 'ENOTFOUND2'],
  ['a code that could be anything', failed({ code: 'canary: ENOTFOUND' }), 'NO_ANSWER'],
  ['an error without a cause', new TypeError('terminated'), 'NO_ANSWER'],
];

describe('a request that got no response', () => {
  it.each(neverSent)('was never sent, after %s: a code is unused', (_what, cause, systemError) => {
    for (const subject of [code, mintRequest.subject])
      expect(outcomeFor(subject, failed(cause))).toEqual({
        kind: 'unavailable',
        retryAfterMs: undefined,
        isAnswered: true,
        evidence: { systemError },
      });
  });

  it.each(perhapsSent)('may have been carried out, after %s', (_what, error, systemError) => {
    const evidence = { systemError };
    expect(outcomeFor(code, error)).toEqual({ kind: 'outcome_unknown', evidence });
    expect(outcomeFor(mintRequest.subject, error)).toEqual({
      kind: 'unavailable',
      retryAfterMs: undefined,
      isAnswered: false,
      evidence,
    });
  });
});
