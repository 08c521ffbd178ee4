import { stringify } from 'yaml';

/** A policy that is right, as data; tests spoil a copy of it. */
export function goodPolicy() {
  return {
    version: 1,
    clients: { acme: { secretName: 'connect/acme' } } as Record<string, Record<string, unknown>>,
    grants: [
      {
        id: 'checkout',
        principals: ['arn:aws:iam::111122223333:role/checkout'],
        client: 'acme',
        grantType: 'client_credentials',
        scopes: ['connect:fulfillment'],
      },
    ] as Array<Record<string, unknown>>,
    keepWarm: [] as Array<Record<string, unknown>>,
  };
}

/** The good policy with its one grant changed; a field that is undefined is left out. */
export function withGrant(change: Record<string, unknown>): string {
  const policy = goodPolicy();
  policy.grants = [{ ...policy.grants[0], ...change }];
  return toYaml(policy);
}

export function withClient(change: Record<string, unknown>): string {
  const policy = goodPolicy();
  policy.clients = { acme: { ...policy.clients['acme'], ...change } };
  return toYaml(policy);
}

export function withKeepWarm(...keepWarm: Array<Record<string, unknown>>): string {
  return toYaml({ ...goodPolicy(), keepWarm });
}

/** The good policy with a prober, and a token that it asks for; a field that is undefined is left out. */
export function withProber(change: Record<string, unknown> = {}): string {
  return toYaml({
    ...goodPolicy(),
    keepWarm: [{ client: 'acme', scopes: ['connect:fulfillment'] }],
    prober: { role: 'arn:aws:iam::111122223333:role/prober' },
    ...change,
  });
}

export function toYaml(policy: unknown): string {
  return stringify(policy, { aliasDuplicateObjects: false });
}
