import { longestMinTtlSeconds } from '../../lambda/protocol/contract.ts';
import { withGrant, withKeepWarm } from '../support/policies.ts';
import type { Refused } from './refused-policies.ts';

const line = 'write one line of up to 256 printable characters';
const owner = 'write a team or an address, in one line of up to 128 printable characters';
const date = 'write a date of the calendar, such as 2027-01-31';

export const refusedNotes: readonly Refused[] = [
  ...(
    [
      ['an empty description', { description: '' }, line],
      ['a description too long', { description: 'x'.repeat(257) }, line],
      ['a description that begins with a space', { description: ' x' }, line],
      ['a description that ends with a space', { description: 'x ' }, line],
      ['a description of two lines', { description: 'a\nb' }, line],
      ['a description that hides a character', { description: 'a\u200bb' }, line],
      ['a description that turns the text around', { description: 'a\u202eb' }, line],
      ['a description that is a number', { description: 7 }, `YAML reads this as a number: ${line}`],
      ['an owner too long', { owner: 'x'.repeat(129) }, owner],
      ['an owner with a tab', { owner: 'a\tb' }, owner],
      ['a list of owners', { owner: ['a'] }, owner],
      ['a day that no February has', { expires: '2027-02-30' }, date],
      ['29 February of a common year', { expires: '2027-02-29' }, date],
      ['29 February of a common century', { expires: '2100-02-29' }, date],
      ['a month that no year has', { expires: '2027-13-01' }, date],
      ['a time', { expires: '2027-01-31T00:00:00Z' }, date],
      ['a date in other words', { expires: '31.1.2027' }, date],
      ['a year alone', { expires: 2027 }, `YAML reads this as a number: ${date}`],
    ] as const
  ).map(
    ([what, change, text]): Refused => [
      what,
      withGrant(change),
      new RegExp(String.raw`grants\[0\]\.${Object.keys(change)[0]}: ${text}$`),
    ],
  ),
  ...[-1, longestMinTtlSeconds + 1, 1.5, '60', true].map(
    (maxMinTtl): Refused => [
      `a maxMinTtl of ${JSON.stringify(maxMinTtl)}`,
      withGrant({ maxMinTtl }),
      /grants\[0\]\.maxMinTtl: write a whole number of seconds, 0 to \d+$/,
    ],
  ),
  ...[-1, longestMinTtlSeconds + 1, 1.5, '60', true].map(
    (minTtl): Refused => [
      `a minTtl of ${JSON.stringify(minTtl)}`,
      withKeepWarm({ client: 'acme', scopes: ['connect:fulfillment'], minTtl }),
      /keepWarm\[0\]\.minTtl: write a whole number of seconds, 0 to \d+$/,
    ],
  ),
  [
    'revoke: false',
    withGrant({ revoke: false }),
    '13:13 grants[0].revoke: write revoke: true, or leave it out',
  ],
];
