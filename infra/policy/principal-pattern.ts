import {
  accountIdRule,
  iamCharacterRule,
  iamNameRule,
  partitionRule,
  permissionSetSuffixRule,
} from '../../lambda/protocol/names.ts';

/** Roles of IAM Identity Center: this, the permission set's name, `_` and 16 digits. */
export const permissionSetPrefix = 'AWSReservedSSO_';

/** A shorter prefix would match roles that nobody has thought of. */
export const minPrefixCharacters = 4;

export const maxPathCharacters = 511;

const prefixesOfAnySet = Array.from(
  { length: permissionSetPrefix.length - minPrefixCharacters + 1 },
  (_, more) => permissionSetPrefix.slice(0, minPrefixCharacters + more),
).join('|');

const pathRule = `(?!.{${maxPathCharacters}}.*/)(?:${iamCharacterRule}+/)*`;
const prefixRule = String.raw`(?!(?:${prefixesOfAnySet})\*)${iamCharacterRule}{${minPrefixCharacters},63}\*`;
const setNameRule = `${permissionSetPrefix}${iamCharacterRule}+_`;
const setRule = String.raw`(?=${iamNameRule}$)${setNameRule}${permissionSetSuffixRule}|(?=${iamCharacterRule}{1,63}\*$)${setNameRule}\*`;
const roleRule = `(?!${permissionSetPrefix})(?:${iamNameRule}|${prefixRule})|${setRule}`;

/** Every principal that is one role of a stack's. AWS keeps the names of permission sets' roles for itself. */
export const stackRoleRule = `^arn:${partitionRule}:iam::${accountIdRule}:role/${pathRule}(?!${permissionSetPrefix})${iamNameRule}$`;

/** Every principal that `parsePrincipal` takes, and no other text; for the JSON Schema, which knows patterns alone. */
export const principalRule = `^arn:${partitionRule}:iam::${accountIdRule}:(?:user/${pathRule}${iamNameRule}|role/${pathRule}(?:${roleRule}))$`;
