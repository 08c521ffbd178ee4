import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readPolicy } from '../../infra/policy/compile.ts';
import { policyJsonSchema } from '../../infra/policy/json-schema.ts';
import { grantTypes } from '../../lambda/protocol/scopes.ts';

const example = new URL('../../infra/policy.yaml', import.meta.url);

describe('the example', () => {
  it('shows every grant type and a token to keep', () => {
    const { policy } = readPolicy(example.pathname);
    expect(new Set(policy.grants.map(({ grantType }) => grantType))).toEqual(new Set(grantTypes));
    expect(policy.keepWarm.length).toBeGreaterThan(0);
    expect(policy.clients).toHaveLength(1);
  });

  it('tells editors where its schema is, on its first line', () => {
    const [first] = readFileSync(example, 'utf8').split('\n');
    expect(first).toBe('# yaml-language-server: $schema=./policy.schema.json');
  });

  it('has a schema that is current (npm run schema writes it)', () => {
    const committed = readFileSync(new URL('../../infra/policy.schema.json', import.meta.url), 'utf8');
    expect(committed).toBe(policyJsonSchema());
  });

  it('has a schema that describes every field', () => {
    const { properties } = JSON.parse(policyJsonSchema());
    const fields = {
      ...properties,
      ...properties.grants.items.properties,
      ...properties.keepWarm.items.properties,
    };
    Object.assign(fields, properties.prober.properties);
    Object.assign(fields, properties.clients.additionalProperties.properties);
    const undescribed = Object.entries<object>(fields).filter(([, field]) => !('description' in field));
    expect(undescribed).toEqual([]);
  });
});
