import { goodPolicy, toYaml } from '../support/policies.ts';
import type { Refused } from './refused-policies.ts';

const secret = (where: string, name: string) => `arn:aws:secretsmanager:${where}:secret:${name}-AbCdEf`;
const key = (where: string) => `arn:aws:kms:${where}:key/11112222-3333-4444-5555-666677778888`;

function withClients(one: object, other: object): string {
  return toYaml({ ...goodPolicy(), clients: { acme: one, other } });
}

/** ARNs that no one stack can have together; each by itself is well formed. */
export const refusedPlaces: readonly Refused[] = [
  [
    'secrets of two regions',
    withClients(
      { secretArn: secret('us-east-1:111122223333', 'a') },
      { secretArn: secret('eu-west-1:111122223333', 'b') },
    ),
    '6:16 clients.other.secretArn: is in another region than the first secretArn: write a secret in us-east-1',
    'cross-reference',
  ],
  [
    'secrets of two accounts without keys',
    withClients(
      { secretArn: secret('us-east-1:111122223333', 'a') },
      { secretArn: secret('us-east-1:444455556666', 'b') },
    ),
    '6:16 clients.other.secretArn: is in another account than the first secretArn without a kmsKeyArn: write a secret of account 111122223333, or add its kmsKeyArn',
    'cross-reference',
  ],
  [
    'a secret of another partition than the principals',
    withClients(
      { secretArn: secret('us-east-1:111122223333', 'a').replace('aws', 'aws-cn') },
      { secretName: 'b' },
    ),
    '4:16 clients.acme.secretArn: is in another partition than the first principal: write arn:aws:…',
    'cross-reference',
  ],
  [
    'a key of another partition than the principals',
    withClients(
      {
        secretArn: secret('us-east-1:111122223333', 'a'),
        kmsKeyArn: key('us-east-1:111122223333').replace('aws', 'aws-us-gov'),
      },
      { secretName: 'b' },
    ),
    '5:16 clients.acme.kmsKeyArn: is in another partition than the first principal: write arn:aws:…',
    'cross-reference',
  ],
];
