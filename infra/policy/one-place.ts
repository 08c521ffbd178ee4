import type { Finding, Path } from '../files/problems.ts';
import type { Clients } from './client-rules.ts';
import type { GrantEntry } from './grant-schema.ts';
import type { ProberEntry } from './schema.ts';
import type { Draft } from './structure.ts';

/** One part of an ARN, which all of them must have in common. */
type Part = { path: Path; value: string | undefined };

/** A stack is in one partition and one region, and reads secrets there only. */
export function* onePlace(
  clients: Clients,
  grants: ReadonlyArray<Draft<GrantEntry>>,
  prober: Draft<ProberEntry>,
): Iterable<Finding> {
  const secrets = arnsOf(clients, 'secretArn');
  const part = (index: number) => (one: { path: Path; parts: string[] }) => ({
    path: one.path,
    value: one.parts[index],
  });
  // An identity of one partition cannot sign requests in another.
  yield* differing(
    [
      ...partitionsOf(grants),
      partitionOf(prober),
      ...[...secrets, ...arnsOf(clients, 'kmsKeyArn')].map(part(1)),
    ],
    (first) => `is in another partition than the first principal: write arn:${first}:…`,
  );
  // A key of another region than its secret's has a finding already.
  yield* differing(
    secrets.map(part(3)),
    (first) => `is in another region than the first secretArn: write a secret in ${first}`,
  );
  // AWS's own key serves its account alone, so such a secret is in the stack's account.
  yield* differing(
    secrets.filter(({ hasKey }) => !hasKey).map(part(4)),
    (first) =>
      `is in another account than the first secretArn without a kmsKeyArn: write a secret of account ${first}, or add its kmsKeyArn`,
  );
}

function partitionsOf(grants: ReadonlyArray<Draft<GrantEntry>>): Part[] {
  return grants.flatMap(({ fields }, grant) =>
    (fields.principals ?? []).map(({ principal }, index) => ({
      path: ['grants', grant, 'principals', index],
      value: principal.partition,
    })),
  );
}

function partitionOf({ fields: { role } }: Draft<ProberEntry>): Part {
  return { path: ['prober', 'role'], value: role?.principal.partition };
}

function arnsOf(clients: Clients, key: 'secretArn' | 'kmsKeyArn') {
  return [...clients].flatMap(([client, { fields, has }]) => {
    const parts = fields[key]?.split(':');
    return parts === undefined ? [] : [{ path: ['clients', client, key], parts, hasKey: has('kmsKeyArn') }];
  });
}

function* differing(parts: readonly Part[], text: (first: string) => string): Iterable<Finding> {
  const first = parts[0]?.value;
  for (const { path, value } of parts) {
    if (first !== undefined && value !== undefined && value !== first) yield { path, text: text(first) };
  }
}
