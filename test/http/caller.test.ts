import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { identifyCaller, parseCallerArn } from '../../lambda/http/caller.ts';
import { good, jsonEvent, refusalOf } from '../support/http-handler.ts';

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
    ['13 digits', 'arn:aws:sts::1111222233334:assumed-role/api/session'],
    ['a star in the account', 'arn:aws:sts::111122223333*:assumed-role/api/session'],
    ['another partition', 'arn:xaws:sts::111122223333:assumed-role/api/session'],
    ['a partition with a star', 'arn:aws*:sts::111122223333:assumed-role/api/session'],
    ['a role without a name', 'arn:aws:sts::111122223333:assumed-role//session'],
    ['a role with a path', 'arn:aws:sts::111122223333:assumed-role/apps/api/session'],
    ['a role name of 65 characters', `arn:aws:sts::111122223333:assumed-role/${'a'.repeat(65)}/session`],
    ['a session of one character', 'arn:aws:sts::111122223333:assumed-role/api/s'],
    ['a session of 65 characters', `arn:aws:sts::111122223333:assumed-role/api/${'s'.repeat(65)}`],
    ['a session with a space', 'arn:aws:sts::111122223333:assumed-role/api/ses sion'],
    ['more before a user', 'xarn:aws:iam::111122223333:user/ann'],
    ['a user of 13 digits', 'arn:aws:iam::1111222233334:user/ann'],
    ['a user of another partition', 'arn:xaws:iam::111122223333:user/ann'],
    ['a user without a name', 'arn:aws:iam::111122223333:user/'],
    ['a user name of 65 characters', `arn:aws:iam::111122223333:user/${'a'.repeat(65)}`],
    ['a user with a line end', 'arn:aws:iam::111122223333:user/ann\n'],
    ['a user with a space in its path', 'arn:aws:iam::111122223333:user/the people/ann'],
    ['a user with a path too long', `arn:aws:iam::111122223333:user/${'a'.repeat(511)}/ann`],
    ['a user of another service', 'arn:aws:sts::111122223333:user/ann'],
    ['a role of another service', 'arn:aws:iam::111122223333:assumed-role/api/session'],
    ['a space before', ' arn:aws:sts::111122223333:assumed-role/api/session'],
    ['nothing', ''],
  ])('is nobody for %s', (_what, arn) => {
    expect(parseCallerArn(arn)).toBeUndefined();
    expect(() => identifyCaller({ userArn: arn, accountId: '111122223333' })).toThrow('Only IAM roles');
  });

  it('has names as long as IAM has them', () => {
    const [name, path] = ['a'.repeat(64), 'b'.repeat(510)];
    expect(parseCallerArn(`arn:aws:sts::111122223333:assumed-role/${name}/${name}`)?.name).toBe(name);
    expect(parseCallerArn('arn:aws:sts::111122223333:assumed-role/a/ss')?.name).toBe('a');
    expect(parseCallerArn(`arn:aws:iam::111122223333:user/${path}/${name}`)?.name).toBe(name);
    expect(parseCallerArn('arn:aws:iam::111122223333:user/!~/a')?.name).toBe('a');
  });

  it('must be of the account that the gateway names', () => {
    const userArn = 'arn:aws:sts::111122223333:assumed-role/api/session';
    expect(identifyCaller({ userArn, accountId: '111122223333' }).name).toBe('api');
    for (const accountId of ['444455556666', '1111222233334', '', null, undefined]) {
      expect(() => identifyCaller({ userArn, accountId })).toThrow('Only IAM roles');
    }
    expect(() => identifyCaller({ accountId: '111122223333' })).toThrow('Only IAM roles');
  });

  it('that is nobody is denied for that reason', async () => {
    const event = jsonEvent(good.client_credentials);
    const requestContext = { ...event.requestContext, identity: { accountId: '111122223333' } };
    expect(await refusalOf({ ...event, requestContext })).toMatchObject({
      status: 403,
      error: 'unauthorized_client',
      reason: 'caller',
      description:
        'You signed with credentials of account 111122223333. Only IAM roles and IAM users can get tokens. (reason: caller)',
    });
  });

  it.each(['', '11112222333', '1111222233334', '11112222333a', 'canary', null, undefined])(
    'that is nobody, of no account (%s), is told no account',
    (accountId) => {
      expect(() => identifyCaller({ userArn: 'arn:aws:iam::111122223333:root', accountId })).toThrow(
        /^Only IAM roles and IAM users can get tokens\.$/,
      );
    },
  );
});
