import { principalInWords } from './principal-arns.ts';
import type { Row } from './rows.ts';
import { rowConditions, scopeInWords, shortGrantType } from './words.ts';

/** The committed matrix beside a policy, for a reviewer who reads the change of a file. */
export function matrixMarkdown(rows: readonly Row[], policyName: string): string {
  const lines = rows.map((row) => [
    principalInWords(row.principal),
    row.client,
    shortGrantType(row.grant_type),
    scopeInWords(row.scope),
    rowConditions(row).join('; '),
    row.grants.join(', '),
  ]);
  return [
    `# Who may have what: ${escapeMarkdown(policyName)}`,
    '',
    '`npm run policy -- matrix --write` writes this file. Change the policy, not this table.',
    '',
    '| principal | client | grant type | scope | conditions | grants |',
    '|---|---|---|---|---|---|',
    ...lines.map((cells) => `| ${cells.map(escapeMarkdown).join(' | ')} |`),
    '',
  ].join('\n');
}

/** Every character that Markdown or HTML reads as more than itself. */
function escapeMarkdown(text: string): string {
  return text.replaceAll(/[\\`*_{}[\]()#+!|<>~&$]/g, (character) => `\\${character}`);
}
