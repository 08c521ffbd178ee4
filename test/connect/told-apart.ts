import { startConnect } from '../local/emulators/connect-emulator.ts';
import type { Fault } from '../local/emulators/faults.ts';
import { type BrokenServer, nothingListens, withCertificate } from '../support/broken-servers.ts';
import { canary } from '../support/canary.ts';
import { altered, answers, says } from '../support/upstream-faults.ts';
import { acmeApplication } from '../support/world.ts';

/** What an operator may have to tell apart, how many requests it costs, and what the audit line says of it. */
export type ToldApart = [
  what: string,
  start: () => Promise<BrokenServer>,
  attempts: number,
  expected: {
    reason: string;
    upstream_status?: number;
    upstream_error?: string;
    system_error?: unknown;
    failed_check?: string;
  },
];

const html = `<html>${canary}</html>`;
const location = `https://login.example/${canary}`;
const down = { reason: 'upstream_unavailable' };
const ok = { reason: 'not_a_token', upstream_status: 200 };
const noToken = { reason: 'not_a_token' };
const refused = { reason: 'credentials_refused', upstream_status: 401 };

const byConnect = (fault: Fault) => async (): Promise<BrokenServer> => {
  const connect = await startConnect({ applications: [acmeApplication()] });
  connect.always(fault);
  return connect;
};
const replies = (...answer: Parameters<typeof answers>) => byConnect(answers(...answer));
const alters = (fields: Record<string, unknown>) => byConnect(altered(fields));
const certificate = (kind: Parameters<typeof withCertificate>[0]) => () => withCertificate(kind);

/** A name under a top-level domain that never exists (RFC 2606 §2). */
async function mistyped(): Promise<BrokenServer> {
  return { url: 'https://conect.invalid', close: async () => undefined };
}
/** EAI_AGAIN where there is no name server at all. */
const notFound: unknown = /^(?:ENOTFOUND|EAI_AGAIN)$/;

// biome-ignore format: a row a line
export const toldApart: ToldApart[] = [
  ['mistyped host', mistyped, 4, { ...down, system_error: notFound }],
  ['nothing listens', nothingListens, 4, { ...down, system_error: 'ECONNREFUSED' }],
  ['unknown CA', certificate('unknown CA'), 4, { ...down, system_error: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' }],
  ['self-signed', certificate('self-signed'), 4, { ...down, system_error: 'DEPTH_ZERO_SELF_SIGNED_CERT' }],
  ['expired certificate', certificate('expired'), 4, { ...down, system_error: 'CERT_HAS_EXPIRED' }],
  ['reset', byConnect({ kind: 'reset' }), 4, { ...down, system_error: 'ECONNRESET' }],
  ['hang', byConnect({ kind: 'hang' }), 1, { ...down, system_error: 'NO_ANSWER' }],
  ['200 cut off', byConnect({ kind: 'truncated' }), 4, { ...down, system_error: 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH' }],

  ['408', replies(408, html), 4, { ...down, upstream_status: 408 }],
  ['425', replies(425, html), 4, { ...down, upstream_status: 425 }],
  ['429', replies(429, html), 4, { ...down, upstream_status: 429 }],
  ['500', replies(500, html), 4, { ...down, upstream_status: 500 }],
  ['throttled by code', byConnect(says(400, 'slow_down')), 4, { ...down, upstream_status: 400, upstream_error: 'slow_down' }],
  ['200 with HTML', replies(200, html), 4, { ...down, upstream_status: 200, failed_check: 'json' }],
  ['200 empty', replies(200, ''), 4, { ...down, upstream_status: 200, failed_check: 'empty' }],

  ['404', replies(404, html), 1, { ...noToken, upstream_status: 404 }],
  ['firewall’s 403', replies(403, html, { server: canary }), 1, { ...noToken, upstream_status: 403 }],
  ['redirect to a login', replies(302, html, { location }), 1, { ...noToken, upstream_status: 302 }],
  ['unknown error', byConnect(says(400, canary)), 1, { ...noToken, upstream_status: 400 }],
  ['wrong field', alters({ access_token: undefined, accessToken: canary }), 1, { ...ok, failed_check: 'access_token' }],
  ['wrong token_type', alters({ token_type: canary }), 1, { ...ok, failed_check: 'token_type' }],
  ['wrong expires_in', alters({ expires_in: canary }), 1, { ...ok, failed_check: 'expires_in' }],
  ['wrong scope', alters({ scope: canary }), 1, { ...ok, failed_check: 'scope' }],
  ['too large', byConnect({ kind: 'huge', bytes: 70_000 }), 1, { ...ok, failed_check: 'size' }],

  ['401 without a body', replies(401, ''), 1, { ...refused }],
  ['unknown pair', byConnect(says(401, 'invalid_client')), 1, { ...refused, upstream_error: 'invalid_client' }],
  ['not entitled', byConnect(says(400, 'invalid_scope')), 1, { reason: 'not_entitled', upstream_status: 400, upstream_error: 'invalid_scope' }],
  ['leaked', byConnect(says(403, 'query_params_forbidden')), 1, { reason: 'query_params_forbidden', upstream_status: 403, upstream_error: 'query_params_forbidden' }],
];
