import type { Reason } from '../../lambda/http/oauth-error.ts';

type Identity = { userArn?: unknown; accountId?: unknown };

const own = '111122223333';
const other = '999988887777';

function role(
  name: string,
  { account = own, partition = 'aws', accountId = account as unknown } = {},
): Identity {
  return { userArn: `arn:${partition}:sts::${account}:assumed-role/${name}`, accountId };
}

function ofOwn(userArn: unknown): Identity {
  return { userArn, accountId: own };
}

// biome-ignore format: a row a line
/** `requestContext.identity` as API Gateway would never send it, or of somebody who is granted nothing. */
export const identities: Array<[who: string, identity: Identity, reason: Reason]> = [
  ['no identity', {}, 'caller'],
  ['null', { userArn: null, accountId: null }, 'caller'],
  ['an empty ARN', ofOwn(''), 'caller'],
  ['the root user', ofOwn(`arn:aws:iam::${own}:root`), 'caller'],
  ['a federated user', ofOwn(`arn:aws:sts::${own}:federated-user/checkout-api`), 'caller'],
  ['another account under the same role name', role('checkout-api/s1', { account: other }), 'caller'],
  ['an account that is not the signer’s', role('checkout-api/s1', { accountId: other }), 'caller'],
  ['no account', { userArn: role('checkout-api/s1').userArn }, 'caller'],
  ['a session named like the role', role('other/checkout-api'), 'caller'],
  ['a role that begins like the granted one', role('checkout-api-2/s1'), 'caller'],
  ['a role that ends like the granted one', role('x-checkout-api/s1'), 'caller'],
  ['a role in another case', role('Checkout-Api/s1'), 'caller'],
  ['another partition', role('checkout-api/s1', { partition: 'aws-cn' }), 'caller'],
  ['a role’s path in the session', role('apps/checkout-api'), 'caller'],
  ['a path before the role', role('apps/checkout-api/s1'), 'caller'],
  ['a user named like the role', ofOwn(`arn:aws:iam::${own}:user/checkout-api`), 'caller'],
  ['a role named like the user', role('ci/s1'), 'caller'],
  ['a role ARN', ofOwn(`arn:aws:iam::${own}:role/apps/checkout-api`), 'caller'],
  ['a line end after the ARN', role('checkout-api/s1\n'), 'caller'],
  ['two ARNs', ofOwn(`${role('checkout-api/s1').userArn},${role('x/s1').userArn}`), 'caller'],
  ['a star for a role', role('*/s1'), 'caller'],
  ['a star for the account', role('checkout-api/s1', { account: '*' }), 'caller'],
  ['a null byte', role('checkout-api\u0000/s1'), 'caller'],
  ['a full-width digit', role('checkout-api/s1', { account: '11112222333３' }), 'caller'],
  ['a permission set whose name goes on', role('AWSReservedSSO_Ops_Admin_0123456789abcdef/s1'), 'caller'],
  ['a permission set and 16 capital digits', role('AWSReservedSSO_Ops_0123456789ABCDEF/s1'), 'caller'],
  ['a permission set and 15 digits', role('AWSReservedSSO_Ops_0123456789abcde/s1'), 'caller'],
  ['a permission set and 17 digits', role('AWSReservedSSO_Ops_0123456789abcdef0/s1'), 'caller'],
  ['an ARN of 100 000 characters', role(`${'a'.repeat(100_000)}/s1`), 'caller'],
  ['the prefix of a pattern without its dash', role('back-office/s1'), 'caller'],
  ['the prefix of a pattern in the middle', role('x-back-office-eu/s1'), 'caller'],
  ['the prefix of a pattern in another case', role('Back-Office-eu/s1'), 'caller'],
  ['an object', ofOwn({ toString: 'x' }), 'not_api_gateway'],
  ['a number', { userArn: 7, accountId: 111122223333 }, 'not_api_gateway'],
];
