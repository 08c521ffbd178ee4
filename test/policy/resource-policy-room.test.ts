import { describe, expect, it } from 'vitest';
import { PolicyTooLarge, type ResourcePolicy, resourcePolicy } from '../../infra/api/resource-policy.ts';

const limit = 8_192;
const kept = 2 * 64;
const role = (name: string, account = '111122223333') => `arn:aws:iam::${account}:role/${name}`;
const many = (count: number) => Array.from({ length: count }, (_, index) => role(`r${index}`));

const lengthOf = ({ document }: ResourcePolicy) => JSON.stringify(document).length;
/** API Gateway stores the policy with its own ARN in place of each `execute-api:/*`. */
const storedLength = ({ document }: ResourcePolicy) => {
  const arn = 'arn:aws-us-gov:execute-api:us-gov-west-1:111122223333:a1b2c3d4e5/*';
  return JSON.stringify(document).replaceAll('execute-api:/*', arn).length;
};

describe('the room of a resource policy', () => {
  it('is enough for what API Gateway writes out, to the last character that is given away', () => {
    const withPath = (length: number) => [...many(50), role(`p/${'x'.repeat(length)}`)];
    const room = limit - kept - lengthOf(resourcePolicy(withPath(0)));
    const [last, next] = [withPath(room), withPath(room + 1)].map((list) => resourcePolicy(list));
    expect([last?.denyBy, next?.denyBy]).toEqual(['principal', 'account']);
    expect(last && lengthOf(last)).toBe(limit - kept);
    expect(last && storedLength(last)).toBeLessThanOrEqual(limit);
  });

  it('is for so many principals, and for one more by account', () => {
    const denyBy = (count: number) => resourcePolicy(many(count)).denyBy;
    const counts = Array.from({ length: 200 }, (_, index) => index + 1);
    const most = counts.findLast((count) => denyBy(count) === 'principal') ?? 0;
    expect(counts.map(denyBy)).toEqual(counts.map((count) => (count <= most ? 'principal' : 'account')));
    expect(storedLength(resourcePolicy(many(most)))).toBeLessThanOrEqual(limit);
    expect(most).toBe(100);
  });

  it('is for so many accounts, and synth refuses one more', () => {
    const accounts = (count: number) =>
      Array.from({ length: count }, (_, index) => role('r', String(111122223333 + index)));
    const most = 255;
    const largest = resourcePolicy(accounts(most));
    expect(largest.denyBy).toBe('account');
    const oneMore = 2 * '"111122223333",'.length;
    const room = limit - kept - lengthOf(largest);
    expect([room >= 0, room < oneMore]).toEqual([true, true]);
    expect(storedLength(largest)).toBeLessThanOrEqual(limit);
    expect(() => resourcePolicy(accounts(most + 1))).toThrow(PolicyTooLarge);
    expect(() => resourcePolicy(accounts(most + 1))).toThrow(`${most + 1} accounts`);
  });

  it('is for fewer principals where VPC endpoints are named, and never for more characters', () => {
    const endpoints = (count: number) =>
      Array.from({ length: count }, (_, index) => `vpce-${String(index).padStart(17, '0')}`);
    for (const [named, expected] of [
      [1, 97],
      [10, 94],
      [100, 64],
    ] as const) {
      const policyFor = (count: number) => resourcePolicy(many(count), endpoints(named));
      const counts = Array.from({ length: 150 }, (_, index) => index + 1);
      const most = counts.findLast((count) => policyFor(count).denyBy === 'principal') ?? 0;
      expect(most).toBe(expected);
      for (const count of [most, most + 1]) expect(storedLength(policyFor(count))).toBeLessThanOrEqual(limit);
    }
    expect(() => resourcePolicy(many(1), endpoints(400))).toThrow(
      /^The policy's principals belong to 1 accounts and come through 400 VPC endpoints, more than/,
    );
  });
});
