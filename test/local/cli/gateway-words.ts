import type { Decision } from '../emulators/authorisation.ts';
import { accountOf, type Caller } from '../emulators/callers.ts';
import type { GatewayVerdict } from '../emulators/gateway-answers.ts';

/** Why API Gateway answered by itself, for the terminal: its own answer tells callers less. */
export function verdictInWords(
  verdict: GatewayVerdict,
  caller: Caller | undefined,
  callers: readonly Caller[],
): string {
  switch (verdict.kind) {
    case 'MISSING_AUTHENTICATION_TOKEN':
      return 'Nobody signed: there is no Authorization header of Signature Version 4';
    case 'INVALID_SIGNATURE':
      return `${claimed(verdict.accessKeyId, callers)}The signature is refused: ${verdict.because}`;
    case 'ACCESS_DENIED':
      return `${signedBy(caller)} The signature is right. ${denial(verdict.decision, caller)}`;
    default:
      return others[verdict.kind];
  }
}

const others: Readonly<
  Record<
    Exclude<GatewayVerdict['kind'], 'MISSING_AUTHENTICATION_TOKEN' | 'INVALID_SIGNATURE' | 'ACCESS_DENIED'>,
    string
  >
> = {
  noSuchApi: 'No API has this name',
  tooLarge: "The body is over AWS's own limit",
  THROTTLED: 'API Gateway throttles',
  INTEGRATION_TIMEOUT: 'The function did not answer within 29 s',
  INTEGRATION_FAILURE: 'The function failed, or had no instance',
  DEFAULT_5XX: 'The function answered what is no response',
};

/** Whether the holder signed is not known. */
function claimed(accessKeyId: string | undefined, callers: readonly Caller[]): string {
  if (accessKeyId === undefined) return '';
  const holder = callers.find((one) => one.accessKeyId === accessKeyId);
  return `It names the key ${accessKeyId}${holder === undefined ? '' : ` of ${identity(holder)}`}. `;
}

function signedBy(caller: Caller | undefined): string {
  return caller === undefined ? '' : `Signed with the key ${caller.accessKeyId} as ${identity(caller)}.`;
}

function denial({ denying, byResource, account }: Decision, caller: Caller | undefined): string {
  const own = caller === undefined ? '' : accountOf(caller);
  if (!byResource)
    return `The resource policy does not list its account ${own}: no principal of the policy file is of it`;
  const [first] = denying;
  if (first !== undefined) return `The resource policy denies it: ${denied(first.Condition ?? {})}`;
  return (
    `The resource policy lets it in, but ${own} is not the API's account, ${account}: its identity policy must allow it ` +
    `too. Write identityPolicyAllows: true for this caller, or start with --account ${own} if the API stands there`
  );
}

function denied(condition: Record<string, Record<string, string[]>>): string {
  if (condition['ArnNotLike'] !== undefined)
    return 'its ARN is like none of the principals of the policy file (ArnNotLike aws:PrincipalArn)';
  const [operator = '', keys = {}] = Object.entries(condition)[0] ?? [];
  return `${operator} ${Object.keys(keys).join()}`;
}

/** `role/apps/checkout-api of 111122223333` */
function identity({ principalArn }: Caller): string {
  const [, , , , account, ...name] = principalArn.split(':');
  return `${name.join(':')} of ${account}`;
}
