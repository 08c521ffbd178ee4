import { describe, expect, it } from 'vitest';
import { readPolicies, TooManySecrets } from '../../infra/storage/read-policies.ts';
import { goodPolicy, toYaml } from '../support/policies.ts';
import { deploy, type PolicyDocument } from './deployed.ts';
import { createStack, template } from './synthesise.ts';

/** AWS IAM, "IAM and AWS STS quotas". IAM does not count white space. */
const quotas = { inlineTogether: 10_240, managed: 6144, managedPerRole: 10 };
const longestNames = { partition: 'aws-us-gov', region: 'us-gov-west-1', urlSuffix: 'amazonaws.com' };

const padded = (index: number) => String(index).padStart(4, '0');
const secretArn = (index: number) =>
  `arn:aws:secretsmanager:us-east-1:444455556666:secret:instacart/connect/production/retailer-${padded(index)}-AbCdEf`;
const kmsKeyArn = (index: number) =>
  `arn:aws:kms:us-east-1:444455556666:key/${padded(index)}aaaa-3333-4444-5555-666677778888`;

/** Two of three are made by the stack; of the others each has a key of its own. All are kept warm. */
function policyWith(clients: number, secretName = (index: number) => `connect/retailer-${padded(index)}`) {
  const policy = goodPolicy();
  const names = Array.from({ length: clients }, (_, index) => `client-${padded(index)}`);
  policy.clients = Object.fromEntries(
    names.map((name, index) => [
      name,
      index % 3 === 2
        ? { secretArn: secretArn(index), kmsKeyArn: kmsKeyArn(index) }
        : { secretName: secretName(index) },
    ]),
  );
  policy.grants = names.map((client) => ({ ...policy.grants[0], id: client, client }));
  policy.keepWarm = names.map((client) => ({ client, scopes: ['connect:fulfillment'] }));
  return toYaml(policy);
}

const size = (document: PolicyDocument) => JSON.stringify(document).length;
const sum = (numbers: number[]) => numbers.reduce((total, one) => total + one, 0);

function policiesOf(policy: string) {
  const deployed = deploy(template(policy), longestNames);
  return ['VendRole', 'RefreshRole'].map((role) => deployed.policiesOf(role));
}

describe('the policies of a role that reads the secrets of 150 clients', () => {
  const roles = policiesOf(policyWith(150));

  it('each fit what IAM takes, and all together what a role can have', () => {
    for (const { inline, managed } of roles) {
      console.log(`150 clients: inline ${inline.map(size)}, managed ${managed.map(size)} characters`);
      expect(sum(inline.map(size))).toBeLessThanOrEqual(quotas.inlineTogether);
      expect(Math.max(...managed.map(size))).toBeLessThanOrEqual(quotas.managed);
      expect(managed.length).toBeGreaterThan(0);
      expect(managed.length).toBeLessThanOrEqual(quotas.managedPerRole);
    }
  });

  it('name every secret and every key once', () => {
    for (const { inline, managed } of roles) {
      const statements = [...inline, ...managed].flatMap(({ Statement }) => Statement);
      const resourcesOf = (action: string, service: string) =>
        statements
          .filter(
            ({ Action, Condition }) =>
              Action === action && JSON.stringify(Condition ?? service).includes(service),
          )
          .flatMap(({ Resource }) => Resource as string | string[]);
      const secrets = resourcesOf('secretsmanager:GetSecretValue', '');
      expect([secrets.length, new Set(secrets).size]).toEqual([150, 150]);
      const keys = resourcesOf('kms:Decrypt', 'secretsmanager');
      // Of 50 secrets each its own, and the stack's.
      expect([keys.length, new Set(keys).size]).toEqual([51, 51]);
    }
  });
});

describe('the policies of a role', () => {
  it.each([1, 40, 60, 67, 100])('fit with %i clients too', (clients) => {
    for (const { inline, managed } of policiesOf(policyWith(clients))) {
      expect(sum(inline.map(size))).toBeLessThanOrEqual(quotas.inlineTogether);
      expect(Math.max(0, ...managed.map(size))).toBeLessThanOrEqual(quotas.managed);
    }
  });

  it('fit with the longest names that Secrets Manager takes', () => {
    for (const { inline, managed } of policiesOf(policyWith(60, (index) => padded(index).padEnd(512, 'x')))) {
      expect(managed.length).toBeGreaterThan(2);
      expect(sum(inline.map(size))).toBeLessThanOrEqual(quotas.inlineTogether);
      expect(Math.max(...managed.map(size))).toBeLessThanOrEqual(quotas.managed);
    }
  });

  it('that cannot fit are refused with a sentence', () => {
    expect(() => createStack(policyWith(200, (index) => padded(index).padEnd(512, 'x')))).toThrow(
      /^The policy has 200 clients, and the ARNs of their secrets and keys do not fit into the 11 policies.*split the policy/,
    );
  });

  it('are refused from the twelfth on', () => {
    const one = (index: number) => ({ secret: { value: `arn-${index}`, length: 5000 }, key: undefined });
    const readables = Array.from({ length: 12 }, (_, index) => one(index));
    expect(readPolicies(readables.slice(0, 11))).toHaveLength(11);
    expect(() => readPolicies(readables)).toThrow(TooManySecrets);
  });
});
