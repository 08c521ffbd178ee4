import { longestMinTtlSeconds } from '../../../lambda/protocol/contract.ts';
import { maxUserIdCharacters, retailerIdRule } from '../../../lambda/protocol/names.ts';
import { type GrantType, grantTypes } from '../../../lambda/protocol/scopes.ts';
import { isUserId } from '../../../lambda/protocol/user-assertion.ts';
import { UsageError } from '../command-line.ts';
import { askFunction, type Question } from './ask-function.ts';
import { explainHelp } from './explain-help.ts';
import { explainLine } from './explain-line.ts';
import { describeVerdict, explanationLines } from './explanation.ts';
import { chooseClient } from './granted-client.ts';
import { printJson, printLines, readOptions, refuseArguments } from './options.ts';
import { openPolicy, policyPath } from './policy-file.ts';
import { readIdentity } from './who.ts';

const options = {
  principal: { type: 'string' },
  'grant-type': { type: 'string' },
  client: { type: 'string' },
  scope: { type: 'string', multiple: true },
  user: { type: 'string' },
  'redirect-uri': { type: 'string' },
  'retailer-id': { type: 'string' },
  'min-ttl': { type: 'string' },
  line: { type: 'boolean' },
} as const;

export async function explain(args: string[]): Promise<number> {
  const { values, positionals } = readOptions('explain', args, options);
  if (values.help === true) {
    process.stdout.write(explainHelp);
    return 0;
  }
  refuseArguments('explain', positionals);
  const { policy } = openPolicy(policyPath(values.policy));
  const { line, json, policy: _file, help: _help, ...request } = values;
  if (line === true) {
    const [other] = Object.keys(request);
    if (other !== undefined) throw new UsageError(`--${other} cannot be used with --line`);
    return explainLine(policy, json === true);
  }
  const caller = readIdentity(needed(values.principal, '--principal'));
  const { client } = chooseClient(policy, caller, values.client);
  const question: Question = { client, ...readRequest(values) };
  const verdict = askFunction(policy, caller, question);
  const explained = describeVerdict(policy, caller, question, verdict);
  if (json === true) printJson(explained);
  else printLines(explanationLines(explained));
  return verdict.allow ? 0 : 1;
}

type Given = {
  'grant-type'?: string | undefined;
  scope?: string[] | undefined;
  user?: string | undefined;
  'redirect-uri'?: string | undefined;
  'retailer-id'?: string | undefined;
  'min-ttl'?: string | undefined;
};

function readRequest(given: Given): Omit<Question, 'client'> {
  const grantType = readGrantType(needed(given['grant-type'], '--grant-type'));
  return {
    grantType,
    scope: given.scope?.join(','),
    ...readSubject(grantType, given),
    retailerId: readRetailerId(given['retailer-id']),
    minTtlMs: readMinTtl(given['min-ttl']) * 1000,
  };
}

function readSubject(grantType: GrantType, given: Given): Pick<Question, 'userId' | 'redirectUri'> {
  const hasUser = grantType === 'fulfillment_user_assertion';
  const hasUri = grantType === 'authorization_code';
  if (!hasUser && given.user !== undefined) throw unfitting('--user', grantType);
  if (!hasUri && given['redirect-uri'] !== undefined) throw unfitting('--redirect-uri', grantType);
  const userId = hasUser ? needed(given.user, '--user', grantType) : undefined;
  if (userId !== undefined && !isUserId(userId)) {
    throw new UsageError(`--user: write 1 to ${maxUserIdCharacters} characters without control characters`);
  }
  const redirectUri = hasUri ? needed(given['redirect-uri'], '--redirect-uri', grantType) : undefined;
  return { userId, redirectUri };
}

function readGrantType(text: string): GrantType {
  const grantType = grantTypes.find((known) => known === text);
  if (grantType !== undefined) return grantType;
  throw new UsageError(`--grant-type: write one of ${grantTypes.join(', ')}`);
}

function readRetailerId(text: string | undefined): string | undefined {
  if (text === undefined || new RegExp(`^${retailerIdRule}$`, 'u').test(text)) return text;
  throw new UsageError('--retailer-id: write 1 to 128 printable ASCII characters without spaces');
}

function readMinTtl(text = '0'): number {
  const seconds = Number(text);
  if (/^\d{1,5}$/.test(text) && seconds <= longestMinTtlSeconds) return seconds;
  throw new UsageError(`--min-ttl: write a whole number of seconds, 0 to ${longestMinTtlSeconds}`);
}

function needed(value: string | undefined, option: string, grantType?: GrantType): string {
  if (value !== undefined) return value;
  const by = grantType === undefined ? '' : ` with ${grantType}`;
  throw new UsageError(`${option} is needed${by}. Options: npm run policy -- explain --help`);
}

function unfitting(option: string, grantType: GrantType): UsageError {
  return new UsageError(`${option} cannot be used with ${grantType}`);
}
