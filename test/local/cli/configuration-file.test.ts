import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { ConfigurationError } from '../../../infra/files/problems.ts';
import { readConfiguration } from './configuration-file.ts';

const schema = z.array(
  z.strictObject({
    name: z.string({ error: 'write a name' }),
    colours: z
      .record(z.string(), z.strictObject({ shade: z.int({ error: 'write a shade' }).default(1) }))
      .optional(),
  }),
  { error: 'write a list' },
);
const folder = mkdtempSync(join(tmpdir(), 'files-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'things.yaml');

function read(bytes: string | Buffer) {
  writeFileSync(file, bytes);
  return readConfiguration(file, {
    schema,
    rules: (things) => (things.length > 2 ? [{ path: [2], text: 'are too many: remove one' }] : []),
    example: 'example.yaml',
  });
}

function complaint(bytes: string | Buffer): string {
  try {
    read(bytes);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.message.replaceAll(file, 'FILE');
    throw error;
  }
  throw new Error(`this was taken for a good file: ${bytes}`);
}

describe('a file that a person has written', () => {
  it.each([
    ['YAML', '- name: a\n  colours: { red: { shade: 2 } }'],
    ['JSON', '[{"name": "a", "colours": {"red": {"shade": 2}}}]'],
    ['a byte-order mark', '\uFEFF- name: a\n  colours: { red: { shade: 2 } }'],
    ["Windows' line ends", '- name: a\r\n  colours: { red: { shade: 2 } }\r\n'],
  ])('is read as %s', (_what, text) => {
    expect(read(text)).toEqual([{ name: 'a', colours: { red: { shade: 2 } } }]);
  });

  it.each([
    ['nothing', '', 'FILE:1:1 this file is empty: write one like example.yaml'],
    ['comments only', '# nothing yet\n', 'FILE:1:1 this file is empty: write one like example.yaml'],
    ['another kind of data', 'name: a', 'FILE:1:1 write a list'],
    ['a misspelt key', '- nmae: a', 'FILE:1:3 [0].nmae: no such key: write name'],
    [
      'a misspelt key below others',
      '- name: a\n  colours:\n    red: { shde: 1 }',
      'FILE:3:12 [0].colours.red.shde: no such key: write shade',
    ],
    [
      'a key that is like none',
      '- name: a\n  x: 1',
      'FILE:2:3 [0].x: no such key: remove it, or write one of name, colours',
    ],
    [
      'two mistakes',
      '- name: 1\n- name: b\n  colours: { red: { shade: dark } }',
      'FILE:1:9 [0].name: write a name\nFILE:3:28 [1].colours.red.shade: write a shade',
    ],
    ['what a rule refuses', '- name: a\n- name: b\n- name: c', 'FILE:3:3 [2]: are too many: remove one'],
    [
      'broken YAML',
      '- name: [a\n- name: b\n}',
      'FILE:2:1 this is not valid YAML: Flow sequence in block collection must be sufficiently indented and end with a ]',
    ],
    [
      'UTF-16',
      Buffer.from('\uFEFF- name: a', 'utf16le'),
      'FILE: this is UTF-16 or no text at all: save it as UTF-8',
    ],
    [
      'UTF-16 without a mark',
      Buffer.from('- name: a', 'utf16le'),
      'FILE: this is UTF-16 or no text at all: save it as UTF-8',
    ],
    ['Latin 1', Buffer.from('- name: caf\u00e9', 'latin1'), 'FILE: this is not UTF-8: save it as UTF-8'],
  ])('is refused with %s', (_what, bytes, expected) => {
    expect(complaint(bytes)).toBe(expected);
  });

  it('is refused where it cannot be read', () => {
    const open = (path: string) => () => readConfiguration(path, { schema, example: 'example.yaml' });
    expect(open(join(folder, 'x'))).toThrow(`${folder}/x: there is no such file: ${folder}/x`);
    expect(open('no/such/file')).toThrow(
      `no/such/file: there is no such file: ${process.cwd()}/no/such/file`,
    );
    expect(open(folder)).toThrow(`${folder}: this is a folder: write the path of a file`);
    writeFileSync(join(folder, 'y'), '');
    expect(open(join(folder, 'y', 'z'))).toThrow('there is no such file');
  });

  // The superuser may read every file.
  it.skipIf(process.getuid?.() === 0)('is refused where its owner keeps it to himself', () => {
    const closed = join(folder, 'closed');
    writeFileSync(closed, '');
    chmodSync(closed, 0);
    expect(() => readConfiguration(closed, { schema, example: '' })).toThrow(
      'you may not read this file: change its permissions',
    );
  });
});
