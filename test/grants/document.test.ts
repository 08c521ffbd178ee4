import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/folders.ts';
import { policyCommand } from './command.ts';

/** docs/grants.md shows what the commands print for the example. */
const text = readFileSync(new URL('../../docs/grants.md', import.meta.url), 'utf8');
const shown = [...text.matchAll(/^ {4}\$ npm run -s policy -- (.*)\n((?: {4}.*\n)+)/gm)].map(
  ([, args = '', output = '']) => ({ args, output: output.replaceAll(/^ {4}/gm, '') }),
);

/** The change that the document speaks of. */
function proposedPolicy(): string {
  const example = readFileSync(new URL('../../infra/policy.yaml', import.meta.url), 'utf8');
  const path = join(temporaryFolder(), 'proposed.yaml');
  const changed = example
    .replace('retailerIds: [the-garden]', 'retailerIds: [the-garden, the-barn]')
    .replace('role/order-history', 'role/order-*');
  writeFileSync(path, changed);
  return path;
}

const line = {
  caller: 'arn:aws:sts::111122223333:assumed-role/checkout-api/i-0abc',
  account: '111122223333',
  client: 'acme',
  grant_type: 'client_credentials',
  scopes: ['connect:fulfillment'],
  decision: 'deny',
  reason: 'retailer_id',
};

describe('docs/grants.md', () => {
  it('shows every subcommand', () => {
    expect(new Set(shown.map(({ args }) => args.split(' ')[0]))).toEqual(
      new Set(['matrix', 'diff', 'explain', 'check']),
    );
  });

  it.each(shown)(
    'shows what is printed: $args',
    async ({ args, output }) => {
      const words = args.replace(' < line.json', '').replace('proposed.yaml', proposedPolicy()).split(' ');
      const { out, err } = await policyCommand(words, { input: JSON.stringify(line) });
      expect(out + err).toBe(output);
    },
    60_000,
  );
});
