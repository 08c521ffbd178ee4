/**
 * Which characters a name may have, as sources of regular expressions: the function reads these names from requests,
 * the policy's checks read them from a file. Each is written for the flag `u`.
 */

/** An AWS partition: aws, aws-cn, aws-us-gov, … */
export const partitionRule = 'aws(?:-[a-z]+)*';

export const accountIdRule = String.raw`\d{12}`;

/** One character in the name or the path of an IAM role or user. */
export const iamCharacterRule = String.raw`[\w+=,.@\-]`;

/** The name of an IAM role or user, without its path. */
export const iamNameRule = `${iamCharacterRule}{1,64}`;

/** A session's name, which the caller chooses. */
export const sessionNameRule = `${iamCharacterRule}{2,64}`;

/** The end of the name of a role that IAM Identity Center made for a permission set. */
export const permissionSetSuffixRule = '[0-9a-f]{16}';

/** A value of `X-Retailer-Id`: what a header can hold, without spaces. */
export const retailerIdRule = String.raw`[\x21-\x7e]{1,128}`;

/** Control characters would let one user id look like another in a record; lone surrogates have no UTF-8. */
export const userIdCharacterRule = String.raw`[^\u0000-\u001f\u007f-\u009f\ud800-\udfff]`;

export const maxUserIdCharacters = 256;
