import { createHash, createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { verifySignature } from './sigv4.ts';

const key = { accessKeyId: 'example', secretAccessKey: 'not-a-secret' };
const body = '{"a":1}';
const now = Date.parse('2026-03-04T05:06:07Z');
const stamp = '20260304T050607Z';

type Line = readonly [name: string, ...values: string[]];

/** A request as its sender has made it, mistakes included. */
type HandMade = {
  /** The canonical header lines, in this order. */
  signed?: readonly Line[];
  /** Headers on the wire. Default: those that are signed. */
  sent?: readonly Line[];
  /** Sent, and not signed. */
  besides?: readonly Line[];
  /** The time in the string to sign. */
  signedAt?: string;
  /** A change of the finished Authorization header. */
  edit?: (authorization: string) => string;
};

const good: readonly Line[] = [
  ['content-type', 'application/json'],
  ['host', 'api.example'],
  ['x-amz-date', stamp],
];
const dated = (line: Line) => [...without('x-amz-date'), line].toSorted(([a], [b]) => (a < b ? -1 : 1));
const withLine = (line: Line) => [...good, line].toSorted(([a], [b]) => (a < b ? -1 : 1));
const without = (name: string) => good.filter(([known]) => known !== name);

/** Signs as written, by none of the emulator's code: no name is sorted and no value is trimmed. */
function sign({ signed = good, signedAt = stamp, edit = (text) => text }: HandMade): string {
  const names = signed.map(([name]) => name).join(';');
  const lines = signed.map(([name, ...values]) => `${name}:${values.join(',')}\n`).join('');
  const canonical = `POST\n/\n\n${lines}\n${names}\n${sha256(body)}`;
  const scope = '20260304/us-east-1/execute-api/aws4_request';
  const signingKey = scope.split('/').reduce<string | Buffer>(hmac, `AWS4${key.secretAccessKey}`);
  const toSign = `AWS4-HMAC-SHA256\n${signedAt}\n${scope}\n${sha256(canonical)}`;
  const signature = hmac(signingKey, toSign).toString('hex');
  return edit(`AWS4-HMAC-SHA256 Credential=example/${scope}, SignedHeaders=${names}, Signature=${signature}`);
}

function verify(request: HandMade) {
  const { signed = good, sent = signed, besides = [] } = request;
  const lines = [...sent, ...besides, ['authorization', sign(request)] as const];
  const headers = Object.fromEntries(lines.map(([name, ...values]) => [name, values]));
  const expected = { service: 'execute-api', region: 'us-east-1', keys: [key], now };
  return verifySignature({ method: 'POST', target: '/', headers, body: Buffer.from(body) }, expected);
}

const hmac = (secret: string | Buffer, text: string) => createHmac('sha256', secret).update(text).digest();
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

const accepted: Array<[what: string, request: HandMade]> = [
  ['each header', {}],
  ['a content type that is not signed', { signed: without('content-type'), sent: good }],
  ['an empty header', { signed: withLine(['x-empty', '']) }],
  ['a header that is sent twice', { signed: withLine(['x-list', 'b', 'a']) }],
  [
    'blanks around and within a value',
    { signed: withLine(['x-blanks', 'a b']), sent: [...good, ['x-blanks', '  a   b ']] },
  ],
  ['a body hash', { signed: withLine(['x-amz-content-sha256', sha256(body)]) }],
  ['Date in place of X-Amz-Date', { signed: dated(['date', 'Wed, 04 Mar 2026 05:06:07 GMT']) }],
  ['Date in the form of X-Amz-Date', { signed: dated(['date', stamp]) }],
  ['X-Amz-Date beside another Date', { besides: [['date', 'Sun, 01 Mar 2026 00:00:00 GMT']] }],
  ['parameters without spaces', { edit: (text) => text.replaceAll(', ', ',') }],
  [
    'parameters in another order',
    { edit: (text) => text.replace(/ (Credential\S+), (.*), (Signature\S+)/, ' $3, $2, $1') },
  ],
];

const refused: Array<[because: string, request: HandMade]> = [
  ['x-gone is signed but absent', { signed: withLine(['x-gone', '']), sent: good }],
  [
    'x-amz-security-token is signed but absent',
    { signed: withLine(['x-amz-security-token', '']), sent: good },
  ],
  ['HOST is signed but absent', { signed: [['HOST', 'api.example'], ...without('host')], sent: good }],
  ['the signed headers are not in alphabetical order, each once', { signed: good.toReversed() }],
  [
    'the signed headers are not in alphabetical order, each once',
    { signed: [...good.slice(0, 2), ...good.slice(1)] },
  ],
  ['host is not signed', { signed: without('host'), sent: good }],
  ['x-amz-date is not signed', { signed: without('x-amz-date'), sent: good }],
  ['x-amz-target is not signed', { besides: [['x-amz-target', 'Table.Get']] }],
  ['x-amz-content-sha256 is not signed', { besides: [['x-amz-content-sha256', sha256(body)]] }],
  ['another body than was hashed', { signed: withLine(['x-amz-content-sha256', sha256('')]) }],
  ['another session token', { signed: withLine(['x-amz-security-token', 'not-the-keys']) }],
  ['another session token', { signed: withLine(['x-amz-security-token', '']) }],
  ['no date', { signed: without('x-amz-date') }],
  ['no date', { signed: dated(['x-amz-date', '2026-03-04T05:06:07Z']) }],
  ['no date', { signed: dated(['x-amz-date', 'Wed, 04 Mar 2026 05:06:07 GMT']) }],
  ['no date', { signed: dated(['x-amz-date', stamp, stamp]) }],
  ['no date', { signed: dated(['date', 'yesterday']) }],
  [
    'another date than the credential scope',
    { signed: dated(['x-amz-date', '20260303T235959Z']), signedAt: '20260303T235959Z' },
  ],
  [
    'clock more than five minutes off',
    { signed: dated(['x-amz-date', '20260304T051108Z']), signedAt: '20260304T051108Z' },
  ],
  ['wrong signature', { signedAt: '20260304T050608Z' }],
  ['wrong signature', { signed: withLine(['x-list', 'b', 'a']), sent: withLine(['x-list', 'a', 'b']) }],
  ['wrong signature', { signed: withLine(['x-blanks', 'a  b']) }],
  ['signed for execute-api in eu-west-1', { edit: (text) => text.replace('us-east-1', 'eu-west-1') }],
  ['signed for lambda in us-east-1', { edit: (text) => text.replace('execute-api', 'lambda') }],
  ['unknown access key', { edit: (text) => text.replace('example', 'nobody') }],
  ['Credential does not end in aws4_request', { edit: (text) => text.replace('aws4_request', 'aws3') }],
  ['no Credential of five parts', { edit: (text) => text.replace('/us-east-1', '') }],
  ['no Credential of five parts', { edit: (text) => text.replace('aws4_request', 'aws4_request/more') }],
  [
    'no Signature of 64 hexadecimal digits',
    { edit: (text) => text.replace(/Signature=\S+$/, 'Signature=abc') },
  ],
  ['no Signature of 64 hexadecimal digits', { edit: (text) => `${text}, Signature=${'0'.repeat(64)}` }],
  ['host is not signed', { edit: (text) => text.replace(/SignedHeaders=[^,]+, /, '') }],
];

describe('a signature is', () => {
  it.each(accepted)('accepted over %s', (_what, request) => {
    expect(verify(request)).toEqual({ kind: 'signed', accessKeyId: 'example' });
  });

  it.each(refused)('refused: %s', (because, request) => {
    expect(verify(request)).toMatchObject({ kind: 'INVALID_SIGNATURE', because });
  });

  it.each([
    ['AWS4-ECDSA-P256-SHA256', 'AWS4-ECDSA-P256-SHA256 Credential=x'],
    ['a bearer token', 'Bearer x'],
    ['nothing', ''],
  ])('missing where the header has %s', (_what, text) => {
    const because = 'not Signature Version 4';
    expect(verify({ edit: () => text })).toEqual({ kind: 'MISSING_AUTHENTICATION_TOKEN', because });
  });
});
