import * as z from 'zod';
import { policySchema } from './schema.ts';

/** The JSON Schema of the policy file, for editors; draft 7 is what YAML's language server knows best. */
export function policyJsonSchema(): string {
  const schema = z.toJSONSchema(policySchema, { target: 'draft-7', io: 'input' });
  return `${JSON.stringify({ title: 'Connect token vending policy', ...schema }, undefined, 2)}\n`;
}
