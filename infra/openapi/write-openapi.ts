import { writeFileSync } from 'node:fs';
import { openApiDocument } from './document.ts';

writeFileSync(new URL('../../docs/openapi.json', import.meta.url), openApiDocument());
