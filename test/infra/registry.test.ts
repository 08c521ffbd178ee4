import { beforeAll, describe, expect, it } from 'vitest';
import { quotaFaults } from './quotas.ts';
import { registryFaults } from './registry.ts';
import { cases, templateOf } from './template-cases.ts';

beforeAll(() => {
  // The first one waits for the bundle.
  if (cases[0] !== undefined) templateOf(cases[0]);
}, 240_000);

describe('a template', () => {
  it.each(cases)('has nothing that CloudFormation’s registry refuses: %s', (...one) => {
    expect(registryFaults(templateOf(one).toJSON())).toEqual([]);
  });

  it.each(cases)('has nothing that is too long for a service: %s', (...one) => {
    expect(quotaFaults(templateOf(one))).toEqual([]);
  });
});
