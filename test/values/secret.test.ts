import { hash } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../lambda/values/secret.ts';

describe('a secret', () => {
  const secret = new Secret('canary-5f1e');

  it.each([
    ['a template', () => `${secret}`],
    ['concatenation', () => `x${String(secret)}`],
    ['JSON', () => JSON.stringify({ secret, list: [secret] })],
    ['inspection', () => inspect({ secret }, { depth: 5, showHidden: true })],
    ['an error', () => inspect(new Error(`${secret}`, { cause: secret }))],
    ['spreading', () => JSON.stringify({ ...secret })],
    ['its keys', () => JSON.stringify([Object.entries(secret), Reflect.ownKeys(secret)])],
    ['a clone', () => inspect(structuredClone({ ...secret }))],
    ['join', () => [secret, secret].join()],
  ])('does not show in %s', (_how, print) => {
    expect(print()).not.toContain('canary');
  });

  it('says in its place that one was there', () => {
    expect([`${secret}`, JSON.stringify(secret), inspect(secret)]).toEqual([
      '[secret]',
      '"[secret]"',
      '[secret]',
    ]);
  });

  it('is revealed on request, and known by its hash', () => {
    expect(secret.reveal()).toBe('canary-5f1e');
    expect(secret.sha256()).toBe(hash('sha256', 'canary-5f1e', 'hex'));
  });
});
