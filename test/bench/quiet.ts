import { closeSync, openSync, writeSync } from 'node:fs';
import { devNull } from 'node:os';

/** Lambda's stdout is written to at once, call by call: so is the null device until the returned function is called. */
export function quieten(): () => void {
  const nowhere = openSync(devNull, 'w');
  const { write } = process.stdout;
  process.stdout.write = (chunk: string | Uint8Array) => writeSync(nowhere, String(chunk)) >= 0;
  return () => {
    process.stdout.write = write;
    closeSync(nowhere);
  };
}
