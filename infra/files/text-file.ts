import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { ConfigurationError } from './problems.ts';

/** The text of a file that a person has written. Throws ConfigurationError where there is none. */
export function readText(file: string): string {
  const bytes = readBytes(file);
  const utf16 = bytes.length >= 2 && ['fffe', 'feff'].includes(bytes.toString('hex', 0, 2));
  // Saved as UTF-16 without a byte-order mark, every other byte is 0.
  if (utf16 || bytes.includes(0))
    throw unreadable(file, 'this is UTF-16 or no text at all: save it as UTF-8');
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw unreadable(file, 'this is not UTF-8: save it as UTF-8');
  }
}

function readBytes(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    switch (code) {
      case 'ENOENT':
      case 'ENOTDIR':
        throw unreadable(file, `there is no such file: ${resolve(file)}`);
      case 'EISDIR':
        throw unreadable(file, 'this is a folder: write the path of a file');
      case 'EACCES':
      case 'EPERM':
        throw unreadable(file, 'you may not read this file: change its permissions');
      default:
        throw unreadable(file, `this file cannot be read: ${code}`);
    }
  }
}

function unreadable(file: string, text: string): ConfigurationError {
  return new ConfigurationError(file, [{ path: '', text }]);
}
