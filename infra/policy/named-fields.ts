import * as z from 'zod';
import { longestMinTtlSeconds } from '../../lambda/protocol/contract.ts';
import { maxUserIdCharacters, retailerIdRule, userIdCharacterRule } from '../../lambda/protocol/names.ts';
import { text } from '../files/fields.ts';

/** The fields that both grants and keepWarm have, or that clients and grants share. */

export const clientName = text(
  'write a name of up to 64 lower-case letters, digits, - and _, for example acme',
  /^[a-z0-9][a-z0-9_-]{0,63}$/,
);

/** RFC 6749 §3.3, without the comma that Connect puts between scopes. */
export const scope = text(
  'write a scope by its name, for example connect:fulfillment',
  /^[\x21\x23-\x2b\x2d-\x5b\x5d-\x7e]{1,128}$/,
);

/** As the function reads the header, but without `*`, which would look like a pattern. */
export const retailerId = text(
  'write one retailer id, in quotes, of up to 128 printable ASCII characters without spaces or *',
  new RegExp(`^(?!.*\\*)${retailerIdRule}$`),
);

const minTtlAdvice = `write a whole number of seconds, 0 to ${longestMinTtlSeconds}`;

/** A remaining life, in seconds. */
export const minTtlSeconds = z
  .int({ error: minTtlAdvice })
  .min(0, { error: minTtlAdvice })
  .max(longestMinTtlSeconds, { error: minTtlAdvice });

/** A user id, a prefix that ends in `*`, or `*` alone. */
export const user = text(
  "write a user id in quotes, a prefix that ends in * or '*' for every user",
  new RegExp(`^(?:\\*|(?:(?!\\*)${userIdCharacterRule}){1,${maxUserIdCharacters}}\\*?)$`, 'u'),
);

/** No character that hides, or that turns the direction of the text around it. */
export function printableLine(maxCharacters: number): RegExp {
  const characterRule = String.raw`[^\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]`;
  return new RegExp(String.raw`^(?!\s)${characterRule}{1,${maxCharacters}}(?<!\s)$`, 'u');
}
