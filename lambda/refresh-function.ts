import { readEnvironment } from './environment.ts';
import { createRefreshFunction } from './wiring.ts';

export const handler = createRefreshFunction(readEnvironment());
