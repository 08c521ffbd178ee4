import * as z from 'zod';
import { clientSchema, privateScopeName } from './client-schema.ts';
import { grantSchema } from './grant-schema.ts';
import {
  clientConditions,
  grantConditions,
  keepWarmConditions,
  policyConditions,
  privateScopeNames,
  proberConditions,
} from './json-schema-rules.ts';
import { clientsSchema, keepWarmSchema, policySchema, proberSchema } from './schema.ts';

/** What zod cannot tell of a schema: rules between fields, and checks that are functions. */
const conditions = new Map<unknown, Record<string, unknown>>([
  [policySchema, policyConditions],
  [clientsSchema, { minProperties: 1 }],
  [clientSchema, clientConditions],
  [privateScopeName, privateScopeNames],
  [grantSchema, grantConditions],
  [keepWarmSchema, keepWarmConditions],
  [proberSchema, proberConditions],
]);

/** The JSON Schema of the policy file, for editors; draft 7 is what YAML's language server knows best. */
export function policyJsonSchema(): string {
  const schema = z.toJSONSchema(policySchema, {
    target: 'draft-7',
    io: 'input',
    override: ({ zodSchema, jsonSchema }) => void Object.assign(jsonSchema, conditions.get(zodSchema)),
  });
  return `${JSON.stringify({ title: 'Connect token vending policy', ...schema }, undefined, 2)}\n`;
}
