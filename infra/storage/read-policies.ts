/** An ARN, which may be a token, and the most characters that it can have once it is deployed. */
export type Arn = { value: string; length: number };

/** A secret, and its key unless that is AWS's own. */
export type Readable = { secret: Arn; key: Arn | undefined };

/** The ARNs that one policy document lets a role read or decrypt with. */
export type ReadPolicy = { secrets: string[]; keys: string[] };

/**
 * What a managed policy holds, by default the most of them that a role can have, and what a document needs beside its
 * ARNs. A role's inline policies hold 10 240 characters together. Source: AWS IAM, "IAM and AWS STS quotas".
 */
const quotas = { characters: 6144, managedPolicies: 10 };
const aroundTheArns = 384;

/**
 * Distributes the ARNs over as few documents as hold them, in their order, each key once. The first is meant for the
 * role's inline policy, the others for managed policies. Throws TooManySecrets.
 */
export function readPolicies(readables: readonly Readable[]): ReadPolicy[] {
  const policies: ReadPolicy[] = [];
  const seen = new Set<string>();
  let room = 0;
  const add = (kind: keyof ReadPolicy, { value, length }: Arn) => {
    if (seen.has(value)) return;
    seen.add(value);
    // In quotes, with a comma.
    room -= length + 3;
    if (policies.length === 0 || room < 0) {
      policies.push({ secrets: [], keys: [] });
      room = quotas.characters - aroundTheArns - (length + 3);
    }
    policies.at(-1)?.[kind].push(value);
  };
  for (const { secret, key } of readables) {
    add('secrets', secret);
    if (key !== undefined) add('keys', key);
  }
  if (policies.length > 1 + quotas.managedPolicies) throw new TooManySecrets(readables.length);
  return policies;
}

/** A role's policies cannot name the secrets of all clients. */
export class TooManySecrets extends Error {
  override name = 'TooManySecrets';

  constructor(clients: number) {
    super(
      `The policy has ${clients} clients, and the ARNs of their secrets and keys do not fit into the ` +
        `${1 + quotas.managedPolicies} policies of ${quotas.characters} characters that a function's role can have: ` +
        'split the policy between several stacks.',
    );
  }
}

/** As long as its account's and region's names allow. */
export function arnOf(value: string, service: 'secretsmanager' | 'kms', resource: string): Arn {
  return { value, length: `arn:aws-us-gov:${service}:ap-southeast-99:111122223333:${resource}`.length };
}

export function literalArn(value: string): Arn {
  return { value, length: value.length };
}
