import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { matrixCsv } from '../../infra/commands/policy/matrix-csv.ts';
import { matrixText } from '../../infra/commands/policy/matrix-text.ts';
import { matrixMarkdown } from '../../infra/grants/matrix-markdown.ts';
import { type Row, rowsOf } from '../../infra/grants/rows.ts';
import { compilePolicy } from '../../infra/policy/compile.ts';
import { temporaryFolder } from '../support/folders.ts';
import { withProber } from '../support/policies.ts';
import { arn, type Fields, policyOnDisk, policyText } from './policy-on-disk.ts';
import { run } from './run.ts';

const ian: Fields = {
  id: 'ian',
  principals: [arn('apps/b'), arn('aaaa*')],
  client: 'acme',
  grantType: 'client_credentials',
  scopes: ['connect:ian', 'connect:compliance'],
};
const history: Fields = {
  ...ian,
  id: 'history',
  principals: [arn('b')],
  grantType: 'fulfillment_user_assertion',
  scopes: ['connect:post_checkout'],
  users: ['z', 'test-*'],
  retailerIds: ['the-garden'],
  maxMinTtl: 60,
  revoke: true,
};
const unscoped: Fields = {
  ...ian,
  id: 'all',
  principals: [arn('AWSReservedSSO_Ops_*')],
  scopes: undefined,
  unscoped: true,
};

const rows = (...grants: Fields[]) => rowsOf(compilePolicy(policyText(grants), 'p.yaml'));
const row: Row = {
  ...{
    principal: arn('a'),
    client: 'acme',
    grant_type: 'client_credentials',
    scope: 'connect:ian',
    users: [],
  },
  ...{ redirect_uris: [], retailer_ids: [], max_min_ttl: null, revoke: false, grants: ['ian'] },
};

async function json(...args: string[]): Promise<Row[]> {
  const file = policyOnDisk([ian, history, unscoped]);
  return JSON.parse((await run(['matrix', '--json', '--policy', file, ...args])).out);
}

describe('the rows of the matrix', () => {
  it('are one for each principal and scope, sorted, with what the grant limits', async () => {
    expect(await json()).toEqual([
      { ...row, principal: arn('AWSReservedSSO_Ops_*'), scope: null, grants: ['all'] },
      { ...row, principal: arn('aaaa*'), scope: 'connect:compliance' },
      { ...row, principal: arn('aaaa*') },
      // The function compares no paths: the shorter ARN is what matters.
      { ...row, principal: arn('b'), scope: 'connect:compliance' },
      { ...row, principal: arn('b') },
      {
        ...{
          ...row,
          principal: arn('b'),
          grant_type: 'fulfillment_user_assertion',
          scope: 'connect:post_checkout',
        },
        ...{
          users: ['test-*', 'z'],
          retailer_ids: ['the-garden'],
          max_min_ttl: 60,
          revoke: true,
          grants: ['history'],
        },
      },
    ]);
  });

  it("have the prober's grant, which the compiler adds", async () => {
    const file = join(temporaryFolder(), 'policy.yaml');
    writeFileSync(file, withProber({ prober: { role: arn('ops/prober') } }));
    const { out } = await run(['matrix', '--json', '--policy', file, '--who', arn('ops/prober')]);
    const scope = 'connect:fulfillment';
    expect(JSON.parse(out)).toEqual([{ ...row, principal: arn('ops/prober'), scope, grants: ['prober'] }]);
  });

  it('are shared by grants with the same conditions, and by no others', () => {
    const garden = { ...history, id: 'garden', users: ['u'] };
    const barn = { ...garden, id: 'barn', users: ['v'], retailerIds: ['the-barn'] };
    const again = { ...garden, id: 'again' };
    expect(
      rows(garden, barn, again).map(({ users, retailer_ids, grants }) => [users, retailer_ids, grants]),
    ).toEqual([
      [['u'], ['the-garden'], ['again', 'garden']],
      [['v'], ['the-barn'], ['barn']],
    ]);
    for (const change of [
      { maxMinTtl: 61 },
      { revoke: undefined },
      { client: 'acme', scopes: ['connect:recommendations'] },
    ]) {
      expect(rows(garden, { ...again, ...change })).toHaveLength(2);
    }
  });

  it('are the same whatever the order of the file', () => {
    const turned = { ...history, users: ['test-*', 'z'] };
    expect(rows(unscoped, turned, ian)).toEqual(rows(ian, history, unscoped));
  });

  it.each<[string, string[], string[]]>([
    ['a principal', ['--who', arn('apps/b')], ['b', 'b', 'b']],
    ['a session', ['--who', 'arn:aws:sts::111122223333:assumed-role/aaaabc/session'], ['aaaa*', 'aaaa*']],
    ['a prefix', ['--who', arn('aaaab*')], ['aaaa*', 'aaaa*']],
    ['a permission set', ['--who', arn('AWSReservedSSO_Ops_*')], ['AWSReservedSSO_Ops_*']],
    ['a member of it', ['--who', arn('AWSReservedSSO_Ops_0123456789abcdef')], ['AWSReservedSSO_Ops_*']],
    ['a user of the same name', ['--who', arn('b').replace('role', 'user')], []],
    ['a scope', ['--scope', 'connect:ian'], ['aaaa*', 'b']],
    ['no scope', ['--unscoped'], ['AWSReservedSSO_Ops_*']],
    ['both', ['--scope', 'connect:ian', '--who', arn('b')], ['b']],
  ])('are narrowed to %s', async (_what, args, expected) => {
    const found = await json(...args);
    expect(found.map(({ principal }) => principal)).toEqual(expected.map((name) => arn(name)));
  });
});

describe('the matrix for people', () => {
  const shown = rows(ian, history);

  it('is a table where it fits', () => {
    const lines = matrixText(shown, 200);
    expect(lines[0]).toMatch(/^PRINCIPAL +CLIENT +GRANT TYPE +SCOPE +CONDITIONS +GRANTS$/);
    expect(lines).toHaveLength(6);
    expect(lines[2]).toMatch(/^role\/aaaa\* of 111122223333 +acme +client_credentials +connect:ian +ian$/);
    expect(lines.at(-1)).toMatch(
      /^role\/b of 111122223333 +acme +fulfillment_user_assertion +connect:post_checkout +users test-\*, z; X-Retailer-Id the-garden; min_ttl up to 60 s; may revoke +history$/,
    );
    const width = Math.max(...lines.map((line) => line.length));
    expect(matrixText(shown, width)).toEqual(lines);
    expect(matrixText(shown, width - 1)).not.toEqual(lines);
  });

  it('is a list below 100 columns', () => {
    expect(matrixText(rows(history), 99)).toEqual([
      'role/b of 111122223333',
      '  connect:post_checkout',
      '    by fulfillment_user_assertion for acme',
      '    users test-*, z',
      '    X-Retailer-Id the-garden',
      '    min_ttl up to 60 s',
      '    may revoke',
      '    granted by history',
    ]);
    const short = [{ ...row, principal: arn('a') }];
    expect(matrixText(short, 100)[0]).toMatch(/^PRINCIPAL/);
    expect(matrixText(short, 99)[0]).toBe('role/a of 111122223333');
    // A principal with several rows is named once.
    expect(matrixText(shown, 80).filter((line) => line.startsWith('role/b'))).toHaveLength(1);
  });

  it('says so where nothing is left', () => {
    expect(matrixText([], 200)).toEqual(['Nobody is granted anything like that.']);
  });
});

describe('the matrix as CSV', () => {
  it('has a header, CRLF, quotes where they are needed, and a value a line in a cell', () => {
    const cells = {
      users: ['a"b', 'c,d'],
      redirect_uris: ['https://x.example/'],
      max_min_ttl: 0,
      scope: null,
    };
    expect(matrixCsv([{ ...row, ...cells }])).toBe(
      [
        'principal,client,grant_type,scope,users,redirect_uris,retailer_ids,max_min_ttl,revoke,grants\r\n',
        `${arn('a')},acme,client_credentials,,"a""b\nc,d",https://x.example/,,0,false,ian\r\n`,
      ].join(''),
    );
  });

  it.each(['=1+1', '+1', '-1', '@x'])('gives a spreadsheet no formula: %s', (value) => {
    const [, line] = matrixCsv([{ ...row, users: [value], retailer_ids: ['plain', value] }]).split('\r\n');
    expect(line).toBe(
      `${arn('a')},acme,client_credentials,connect:ian,'${value},,"plain\n'${value}",,false,ian`,
    );
  });
});

describe('the matrix in Markdown', () => {
  it('escapes what Markdown or HTML would read', () => {
    const text = matrixMarkdown(
      [{ ...row, retailer_ids: ['a|b`c<d>'], users: ['_x_', 'e\u202ef'] }],
      'p_q.yaml',
    );
    expect(text.split('\n').slice(0, 6)).toEqual([
      '# Who may have what: p\\_q.yaml',
      '',
      '`npm run policy -- matrix --write` writes this file. Change the policy, not this table.',
      '',
      '| principal | client | grant type | scope | conditions | grants |',
      '|---|---|---|---|---|---|',
    ]);
    expect(text.endsWith(' |\n')).toBe(true);
    expect(text.split('\n').at(-2)).toBe(
      '| role/a of 111122223333 | acme | client\\_credentials | connect:ian | users \\_x\\_, "e\\\\u202ef"; X-Retailer-Id "a\\|b\\`c\\<d\\>" | ian |',
    );
  });
});
