import { readEnvironment } from './environment.ts';
import { createVendFunction } from './wiring.ts';

export const handler = createVendFunction(readEnvironment());
