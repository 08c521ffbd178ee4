import { readFileSync } from 'node:fs';
import type { Policy } from './policy.ts';
import { createVendFunction } from './wiring.ts';

const policy = JSON.parse(readFileSync(new URL('./policy.json', import.meta.url), 'utf8')) as Policy;

export const handler = createVendFunction(policy);
