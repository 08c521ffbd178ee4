import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { identifyCaller, parseCallerArn } from '../../lambda/http/caller.ts';

const name = fc.stringMatching(/^[\w+=,.@-]{1,64}$/);
const session = fc.stringMatching(/^[\w+=,.@-]{2,64}$/);
const account = fc.stringMatching(/^\d{12}$/);

describe('a caller', () => {
  it('is read back from every role ARN, whatever its session', () => {
    fc.assert(
      fc.property(account, name, session, (owner, role, chosen) => {
        const arn = `arn:aws:sts::${owner}:assumed-role/${role}/${chosen}`;
        expect(parseCallerArn(arn)).toEqual({
          partition: 'aws',
          account: owner,
          kind: 'role',
          name: role,
          arn,
        });
      }),
    );
  });

  it('is read back from every user ARN, its path left out', () => {
    fc.assert(
      fc.property(account, name, fc.array(name, { maxLength: 3 }), (owner, user, path) => {
        const arn = `arn:aws-cn:iam::${owner}:user/${[...path, user].join('/')}`;
        expect(parseCallerArn(arn)).toEqual({
          partition: 'aws-cn',
          account: owner,
          kind: 'user',
          name: user,
          arn,
        });
      }),
    );
  });

  it('is nobody for any other text', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (left, right) => {
        const shaped = /^arn:aws[a-z-]*:(sts::\d{12}:assumed-role|iam::\d{12}:user)\//;
        fc.pre(!shaped.test(left + right));
        expect(parseCallerArn(left + right)).toBeUndefined();
      }),
    );
  });

  it.each([
    ['root', 'arn:aws:iam::111122223333:root'],
    ['a federated user', 'arn:aws:sts::111122223333:federated-user/ops'],
    ['a role ARN, which no signature gives', 'arn:aws:iam::111122223333:role/api'],
    ['a role without a session', 'arn:aws:sts::111122223333:assumed-role/api'],
    ['a session with a slash', 'arn:aws:sts::111122223333:assumed-role/api/ses/sion'],
    ['a name with a line end', 'arn:aws:sts::111122223333:assumed-role/api/session\n'],
    ['a name with a star', 'arn:aws:sts::111122223333:assumed-role/a*/session'],
    ['eleven digits', 'arn:aws:sts::11112222333:assumed-role/api/session'],
    ['other digits than ASCII', 'arn:aws:sts::١١١١٢٢٢٢٣٣٣٣:assumed-role/api/session'],
    ['upper case', 'ARN:AWS:STS::111122223333:ASSUMED-ROLE/api/session'],
    ['a space before', ' arn:aws:sts::111122223333:assumed-role/api/session'],
    ['nothing', ''],
  ])('is nobody for %s', (_what, arn) => {
    expect(parseCallerArn(arn)).toBeUndefined();
    expect(() => identifyCaller({ userArn: arn, accountId: '111122223333' })).toThrow('Only IAM roles');
  });

  it('must be of the account that the gateway names', () => {
    const userArn = 'arn:aws:sts::111122223333:assumed-role/api/session';
    expect(identifyCaller({ userArn, accountId: '111122223333' }).name).toBe('api');
    for (const accountId of ['444455556666', '', null, undefined]) {
      expect(() => identifyCaller({ userArn, accountId })).toThrow('Only IAM roles');
    }
  });
});
