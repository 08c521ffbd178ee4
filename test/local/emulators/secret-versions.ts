import { randomUUID } from 'node:crypto';

/** Bytes are stored as SecretBinary. */
export type SecretValue = string | Buffer;

export type SecretVersion = { id: string; value: SecretValue; stages: readonly string[]; createdAt: number };

/** Why Secrets Manager refuses to store a version. */
export class VersionExists extends Error {
  override name = 'ResourceExistsException';
}

/** The secrets of a Secrets Manager, with their versions and staging labels. */
export function createSecretVersions(now: () => number) {
  const secrets = new Map<string, SecretVersion[]>();

  /**
   * Stores a new AWSCURRENT; what was current becomes AWSPREVIOUS. Returns the version, whose id is `token`. The same again
   * changes nothing. Throws VersionExists where another value has that id.
   */
  function put(name: string, value: SecretValue, token: string = randomUUID()): SecretVersion {
    const versions = secrets.get(name) ?? [];
    const same = versions.find(({ id }) => id === token);
    if (same !== undefined) {
      if (!Buffer.from(same.value).equals(Buffer.from(value))) throw new VersionExists();
      return same;
    }
    const version = { id: token, value, stages: ['AWSCURRENT'], createdAt: now() };
    const kept = versions.map((one) => ({
      ...one,
      stages: one.stages.includes('AWSCURRENT') ? ['AWSPREVIOUS'] : [],
    }));
    secrets.set(name, [...kept, version]);
    return version;
  }

  return {
    put,
    has: (name: string) => secrets.has(name),
    find: (name: string, stage: string) => secrets.get(name)?.find(({ stages }) => stages.includes(stage)),
    /** A new secret without a value. */
    create: (name: string) => void secrets.set(name, []),
    remove: (name: string) => secrets.delete(name),
  };
}
