import { text } from 'node:stream/consumers';
import type { Policy } from '../../../lambda/policy/policy.ts';
import { readAuditLine } from './audit-line.ts';
import { explainAuditLine, lineExplanationLines } from './line-explanation.ts';
import { printJson, printLines } from './options.ts';

/** Explains an audit line from standard input, and says whether the policy still decides so. */
export async function explainLine(policy: Policy, json: boolean): Promise<number> {
  const line = readAuditLine(await text(process.stdin));
  const explained = explainAuditLine(policy, line);
  if (json) printJson(explained);
  else printLines(lineExplanationLines(explained));
  return explained.verdict === 'allow' ? 0 : 1;
}
