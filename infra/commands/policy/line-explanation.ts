import type { Policy } from '../../../lambda/policy/policy.ts';
import { considerUnknown, type Unknown } from '../../grants/possible-requests.ts';
import { askFunction, type Question, type Verdict } from './ask-function.ts';
import type { AuditLine } from './audit-line.ts';
import { describeVerdict, type Explanation, explanationLines } from './explanation.ts';
import { readIdentity } from './who.ts';

export type LineExplanation = {
  /** `depends`: on what the line does not say. */
  verdict: 'allow' | 'deny' | 'depends';
  /** What the line does not say, and the policy might ask about. */
  unknown: Unknown[];
  /** For which of the unknown values the request is allowed, if the verdict depends on them. */
  allowed_for: string[];
  line: { decision: 'allow' | 'deny'; reason: string | null };
  /** Whether this policy decides otherwise than the line says. Null: that depends. */
  changed: boolean | null;
  /** Of one such request, if all get the same. */
  explanation: Explanation | null;
};

/** Explains a recorded request, and says whether the policy still decides so. */
export function explainAuditLine(policy: Policy, line: AuditLine): LineExplanation {
  const caller = readIdentity(line.caller);
  const question = questionOf(line);
  const unknown = unknownParts(line);
  const { scope, ...known } = question;
  const ask = (request: Omit<Question, 'scope'>) => askFunction(policy, caller, { ...request, scope });
  const possible = considerUnknown({ policy, caller, known, unknown: new Set(unknown) }, ask);
  const verdict = commonVerdict(possible.verdicts);
  const [first] = possible.verdicts;
  const explanation =
    verdict === 'depends' || first === undefined ? null : describeVerdict(policy, caller, question, first);
  return {
    ...{ verdict, unknown, allowed_for: verdict === 'depends' ? possible.allowedFor : [] },
    line: { decision: line.allowed ? 'allow' : 'deny', reason: line.reason ?? null },
    changed: verdict === 'depends' ? null : (verdict === 'allow') !== line.allowed,
    explanation,
  };
}

function questionOf({ client, grantType, scopes, retailerId, allowed }: AuditLine): Question {
  const named = scopes === undefined || scopes.length === 0 ? undefined : scopes.join(',');
  // The line of an allowed request has the scopes that were granted, and none for the token without a scope.
  return { client, grantType, scope: named ?? (allowed ? null : undefined), retailerId };
}

function unknownParts({ grantType, retailerId, allowed }: AuditLine): Unknown[] {
  return [
    ...(grantType === 'fulfillment_user_assertion' ? (['user_id'] as const) : []),
    ...(grantType === 'authorization_code' ? (['redirect_uri'] as const) : []),
    // Only the line of an allowed request has it.
    ...(retailerId === undefined && !allowed ? (['retailer_id'] as const) : []),
    'min_ttl',
  ];
}

function commonVerdict(verdicts: readonly Verdict[]): LineExplanation['verdict'] {
  if (verdicts.every(({ allow }) => allow)) return 'allow';
  return verdicts.some(({ allow }) => allow) ? 'depends' : 'deny';
}

export function lineExplanationLines(explained: LineExplanation): string[] {
  const { verdict, unknown, allowed_for, line, changed, explanation } = explained;
  const was = line.decision === 'allow' ? 'allowed' : 'denied';
  const why = line.reason === null ? '' : ` (reason ${line.reason})`;
  const now = {
    allow: 'allows it',
    deny: 'denies it',
    depends: 'allows it or not, depending on what the line does not say',
  }[verdict];
  return [
    `The line says: ${was}${why}. This policy ${now}${changed === true ? ': it decides otherwise' : ''}.`,
    `Not in the line: ${unknown.join(', ')}.${verdict === 'depends' ? '' : ' The answer does not depend on it.'}`,
    ...allowed_for.map((values) => `Allowed: ${values}`),
    ...(explanation === null ? [] : explanationLines(explanation)),
  ];
}
