import { readProbeEnvironment } from './environment.ts';
import { createProbeFunction } from './probe-wiring.ts';

export const handler = createProbeFunction(readProbeEnvironment());
