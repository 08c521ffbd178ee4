import { generateKeyPairSync, sign } from 'node:crypto';

/**
 * A certificate for 127.0.0.1 as DER defines it (RFC 5280 §4.1), with its key, made at run time: a committed key would be
 * taken for a leak, and a committed certificate would expire.
 */
export function createCertificate({ subject, issuer, isExpired }: CertificateOptions) {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const year = new Date().getUTCFullYear();
  const validity = isExpired ? [time(year - 2), time(year - 1)] : [time(year - 1), time(year + 1)];
  const signed = sequence(
    tagged(0xa0, tagged(2, Buffer.from([2]))),
    tagged(2, Buffer.from([1])),
    ecdsaWithSha256,
    nameOf(issuer),
    sequence(...validity),
    nameOf(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, sequence(subjectAltName)),
  );
  const signature = sign('sha256', signed, privateKey);
  const der = sequence(signed, ecdsaWithSha256, tagged(3, Buffer.from([0]), signature));
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${der.toString('base64')}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
  };
}

/** A certificate is signed by its own key, whatever the issuer's name says. */
export type CertificateOptions = { subject: string; issuer: string; isExpired: boolean };

function tagged(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(contents);
  const { length } = content;
  const lengthBytes =
    length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...lengthBytes]), content]);
}

function sequence(...contents: readonly Uint8Array[]): Buffer {
  return tagged(0x30, ...contents);
}

/** An object identifier, from the hexadecimal of its content. */
function identifier(hex: string): Buffer {
  return tagged(6, Buffer.from(hex, 'hex'));
}

const ecdsaWithSha256 = sequence(identifier('2a8648ce3d040302'));
const commonName = identifier('550403');
/** The IP address 127.0.0.1. */
const subjectAltName = sequence(
  identifier('551d11'),
  tagged(4, sequence(tagged(0x87, Buffer.from([127, 0, 0, 1])))),
);

function nameOf(name: string): Buffer {
  return sequence(tagged(0x31, sequence(commonName, tagged(12, Buffer.from(name)))));
}

function time(year: number): Buffer {
  return tagged(0x17, Buffer.from(`${String(year).slice(2)}0101000000Z`));
}
