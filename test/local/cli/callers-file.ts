import * as z from 'zod';
import { adviseOnType, list, text } from '../../../infra/files/fields.ts';
import type { Finding } from '../../../infra/files/problems.ts';
import { sessionNameRule } from '../../../lambda/protocol/names.ts';
import { type Caller, principalPattern } from '../emulators/callers.ts';
import { readConfiguration } from './configuration-file.ts';

const oneCaller = 'write a caller: accessKeyId, secretAccessKey and principalArn';

const schema = list(
  z.strictObject(
    {
      // A signature's Credential would end at a slash or a comma.
      accessKeyId: text('write the id of an access key, without spaces, slashes and commas', /^[^\s/,]+$/),
      secretAccessKey: text('write a secret access key', /^.+$/),
      sessionToken: text('write a session token, or leave sessionToken out', /^\S+$/).optional(),
      principalArn: text(
        'write arn:aws:iam::ACCOUNT:role/NAME or arn:aws:iam::ACCOUNT:user/NAME',
        principalPattern,
      ),
      sessionName: text(
        "write a session's name of 2 to 64 letters, digits and _+=,.@-",
        new RegExp(`^${sessionNameRule}$`, 'u'),
      ).optional(),
      identityPolicyAllows: z.boolean({ error: 'write true or false' }).optional(),
    },
    { error: ({ input }) => adviseOnType(input, oneCaller) },
  ),
  `${oneCaller}, each with - before it`,
);

/** Reads the callers of the local stack. Throws ConfigurationError. */
export function readCallers(file: string): Caller[] {
  return readConfiguration(file, { schema, rules: repeatedKeys, example: 'test/local/cli/callers.yaml' });
}

/** The gateway knows a caller by its access key. */
function repeatedKeys(callers: readonly Caller[]): Finding[] {
  const ids = callers.map(({ accessKeyId }) => accessKeyId);
  return ids.flatMap((id, index) => {
    const first = ids.indexOf(id);
    if (first === index) return [];
    return [{ path: [index, 'accessKeyId'], text: `caller ${first + 1} has the same: write another` }];
  });
}
