import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectError } from '../support/answer.ts';
import {
  type BrokenServer,
  closingInHandshake,
  nothingListens,
  speakingNoTls,
  withCertificate,
} from '../support/broken-servers.ts';
import { callback, createWorld, type World } from '../support/world.ts';

const places: Array<[what: string, start: () => Promise<BrokenServer>, systemError: string]> = [
  ['nothing listens', nothingListens, 'ECONNREFUSED'],
  ['nobody knows the CA', () => withCertificate('unknown CA'), 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  ['the certificate is self-signed', () => withCertificate('self-signed'), 'DEPTH_ZERO_SELF_SIGNED_CERT'],
  ['the certificate has expired', () => withCertificate('expired'), 'CERT_HAS_EXPIRED'],
  ['no TLS is spoken', speakingNoTls, 'ERR_SSL_WRONG_VERSION_NUMBER'],
  ['the connection is closed during the handshake', closingInHandshake, 'ECONNRESET'],
];
const clientOf = (at: number) => `place-${at}`;

describe('a one-time code is unused, and may be sent again, where', () => {
  let servers: BrokenServer[];
  let world: World;
  beforeAll(async () => {
    servers = await Promise.all(places.map(([, start]) => start()));
    world = await createWorld('bundle', {
      clientsAt: Object.fromEntries(servers.map(({ url }, at) => [clientOf(at), url])),
    });
  });
  afterAll(async () => {
    await world.close();
    await Promise.all(servers.map(({ close }) => close()));
  });

  it.each(places.map((place, at) => [...place, at] as const))(
    '%s',
    async (_what, _start, systemError, at) => {
      const code = world.issueCode();
      const fields = { grant_type: 'authorization_code', code, redirect_uri: callback };
      const answer = await world.ask('linker', { ...fields, client_id: clientOf(at) });
      expectError(answer, { status: 503, error: 'temporarily_unavailable' });
      expect(answer.headers.get('retry-after')).toBe('1');
      expect(await world.auditOf(answer)).toMatchObject({
        reason: 'upstream_unavailable',
        attempts: 1,
        system_error: systemError,
      });
      // By way of a client that reaches Connect.
      expect((await world.ask('linker', fields)).status).toBe(200);
    },
  );
});
