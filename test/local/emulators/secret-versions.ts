import { randomUUID } from 'node:crypto';

/** Bytes are stored as SecretBinary. */
export type SecretValue = string | Buffer;

export type SecretVersion = { id: string; value: SecretValue; stages: readonly string[]; createdAt: number };

/** Why Secrets Manager refuses a change, under its own name for that. */
export class SecretRefused extends Error {
  constructor(name: 'ResourceExistsException' | 'InvalidParameterException' | 'ResourceNotFoundException') {
    super(name);
    this.name = name;
  }
}

export type LabelMove = { stage: string; to?: string | undefined; from?: string | undefined };

/** The secrets of a Secrets Manager, with their versions and staging labels. */
export function createSecretVersions(now: () => number) {
  const secrets = new Map<string, SecretVersion[]>();

  /**
   * Stores a new AWSCURRENT; what was current becomes AWSPREVIOUS. Returns the version, whose id is `token`. The same again
   * changes nothing. Throws SecretRefused where another value has that id.
   */
  function put(name: string, value: SecretValue, token: string = randomUUID()): SecretVersion {
    const versions = secrets.get(name) ?? [];
    const same = versions.find(({ id }) => id === token);
    if (same !== undefined) {
      if (!Buffer.from(same.value).equals(Buffer.from(value)))
        throw new SecretRefused('ResourceExistsException');
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

  /** Moves a label. Where AWSCURRENT moves, AWSPREVIOUS goes to the version that it leaves. Throws SecretRefused. */
  function move(name: string, { stage, to, from }: LabelMove): void {
    const versions = secrets.get(name) ?? [];
    if (to !== undefined && !versions.some(({ id }) => id === to))
      throw new SecretRefused('ResourceNotFoundException');
    const holder = versions.find(({ stages }) => stages.includes(stage))?.id;
    // The label of a version must be taken from it by name, and AWSCURRENT needs one.
    if (holder !== from || (stage === 'AWSCURRENT' && to === undefined))
      throw new SecretRefused('InvalidParameterException');
    const moves = new Map([[stage, to]]);
    if (stage === 'AWSCURRENT' && to !== from) moves.set('AWSPREVIOUS', from);
    secrets.set(
      name,
      versions.map((one) => ({
        ...one,
        stages: [
          ...one.stages.filter((label) => !moves.has(label)),
          ...[...moves].filter(([, id]) => id === one.id).map(([label]) => label),
        ],
      })),
    );
  }

  return {
    put,
    move,
    /** Those that have a label: Secrets Manager takes the others for deprecated. */
    labelled: (name: string) => (secrets.get(name) ?? []).filter(({ stages }) => stages.length > 0),
    has: (name: string) => secrets.has(name),
    find: (name: string, stage: string) => secrets.get(name)?.find(({ stages }) => stages.includes(stage)),
    /** A new secret without a value. */
    create: (name: string) => void secrets.set(name, []),
    remove: (name: string) => secrets.delete(name),
  };
}
