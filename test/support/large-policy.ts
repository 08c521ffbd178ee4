import { goodPolicy, toYaml } from './policies.ts';

/** A policy file of a large company: 50 grants of every grant type to 500 principals, ten each. */
export function largePolicy(change: (grant: Record<string, unknown>, index: number) => object = () => ({})) {
  const grants = Array.from({ length: 50 }, (_, index) => {
    const grant = {
      id: `grant-${index}`,
      client: 'acme',
      principals: principalsOf(index),
      ...tokensOf(index),
    };
    return { ...grant, ...change(grant, index) };
  });
  return toYaml({ ...goodPolicy(), grants: grants as never });
}

function principalsOf(index: number): string[] {
  return Array.from({ length: 10 }, (_, at) => {
    const account = at % 2 === 0 ? '111122223333' : '444455556666';
    const name =
      at === 9 ? `AWSReservedSSO_Team${index}_*` : `team-${index}-service-${at}${at === 8 ? '-*' : ''}`;
    return `arn:aws:iam::${account}:role/${name}`;
  });
}

function tokensOf(index: number): object {
  switch (index % 4) {
    case 0:
      return {
        grantType: 'client_credentials',
        scopes: ['connect:fulfillment', 'connect:ian'],
        retailerIds: [`retailer-${index}`, 'the-garden'],
        maxMinTtl: 3600,
      };
    case 1:
      return {
        grantType: 'fulfillment_user_assertion',
        scopes: ['connect:post_checkout'],
        users: [`user-${index}`, `test-${index}-*`],
      };
    case 2:
      return {
        grantType: 'authorization_code',
        scopes: ['account_linking'],
        redirectUris: [`https://shop-${index}.example/callback`],
      };
    default:
      return { grantType: 'client_credentials', unscoped: true, revoke: true };
  }
}
