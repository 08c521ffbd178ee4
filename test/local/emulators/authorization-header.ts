/** An `Authorization` header of Signature Version 4. */
export type Authorization = {
  accessKeyId: string;
  /** YYYYMMDD. */
  day: string;
  region: string;
  service: string;
  signedHeaders: readonly string[];
  /** In hex. */
  signature: string;
};

const algorithm = 'AWS4-HMAC-SHA256';

/** Undefined for another scheme; a sentence for a header that lacks something. */
export function parseAuthorization(text: string): Authorization | string | undefined {
  if (!text.startsWith(`${algorithm} `)) return undefined;
  const parameters = text
    .slice(algorithm.length)
    .split(',')
    .map((parameter) => /^\s*([A-Za-z]+)=(\S*)\s*$/.exec(parameter) ?? []);
  const find = (name: string) => {
    const [first, ...more] = parameters.filter(([, known]) => known === name);
    return more.length === 0 ? first?.[2] : undefined;
  };
  const credential = find('Credential')?.split('/') ?? [];
  if (credential.length !== 5) return 'no Credential of five parts';
  const [accessKeyId = '', day = '', region = '', service = '', terminator] = credential;
  if (terminator !== 'aws4_request') return 'Credential does not end in aws4_request';
  const signature = find('Signature') ?? '';
  if (!/^[0-9a-f]{64}$/.test(signature)) return 'no Signature of 64 hexadecimal digits';
  const signedHeaders = find('SignedHeaders')?.split(';') ?? [];
  return { accessKeyId, day, region, service, signedHeaders, signature };
}
