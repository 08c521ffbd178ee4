import type { ReadStream } from 'node:tty';
import { UsageError } from '../command-line.ts';

const maxCharacters = 16_384;

type Input = NodeJS.ReadStream | ReadStream;

/** The one line of stdin. On a terminal it is asked for, and what is typed is not shown. Throws UsageError. */
export async function readToken(input: Input, prompt: NodeJS.WriteStream): Promise<string> {
  const text = input.isTTY ? await readHidden(input, prompt) : await readAll(input);
  const token = text.replace(/\r?\n$/, '');
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  throw new UsageError('Stdin is not one token: give it as one line of printable ASCII without spaces');
}

async function readAll(input: Input): Promise<string> {
  let text = '';
  for await (const chunk of input.setEncoding('utf8')) {
    text += chunk;
    if (text.length > maxCharacters) break;
  }
  return text;
}

/** Reads key by key: a terminal that edits the line would show it. */
async function readHidden(input: Input, prompt: NodeJS.WriteStream): Promise<string> {
  // Before the question: what is typed at once is not shown either.
  input.setRawMode(true);
  prompt.write('The token (it is not shown): ');
  let text = '';
  try {
    for await (const keys of input.setEncoding('utf8')) {
      for (const key of String(keys)) {
        if (key === '\r' || key === '\n' || key === '\u0004') return text;
        if (key === '\u0003') throw new UsageError('Nothing was revoked');
        text = key === '\u007f' ? text.slice(0, -1) : text + key;
      }
    }
    return text;
  } finally {
    input.setRawMode(false);
    prompt.write('\n');
  }
}
