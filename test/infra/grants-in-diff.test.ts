import { execFile } from 'node:child_process';
import { delimiter, dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/folders.ts';
import { goodPolicy, toYaml } from '../support/policies.ts';
import { repository } from './command-line.ts';
import { createStack } from './synthesise.ts';

const history = {
  id: 'order-history',
  principals: ['arn:aws:iam::111122223333:role/order-history'],
  client: 'acme',
  grantType: 'fulfillment_user_assertion',
  scopes: ['connect:post_checkout'],
  users: ['test-*'],
};

describe('cdk diff', () => {
  let results: Record<'added' | 'removed' | 'widened', string[]>;

  beforeAll(async () => {
    const [plain, limited, wide] = [[], [history], [{ ...history, users: ['*'] }]].map(assemblyOf);
    const [added, removed, widened] = await Promise.all([
      changedGrants(plain, limited),
      changedGrants(limited, plain),
      changedGrants(limited, wide),
    ]);
    results = { added, removed, widened };
  }, 180_000);

  it('prints a grant that is added: what it permits, and to whom', () => {
    expect(results.added).toEqual([
      '[+] "Grant order-history permits connect:post_checkout by fulfillment_user_assertion for acme, users test-*.",',
      '[+] "Grant order-history is held by role/order-history of 111122223333.",',
    ]);
  });

  it('prints a grant that is removed', () => {
    expect(results.removed).toEqual([
      '[-] "Grant order-history permits connect:post_checkout by fulfillment_user_assertion for acme, users test-*.",',
      '[-] "Grant order-history is held by role/order-history of 111122223333.",',
    ]);
  });

  it('prints a grant that is widened, before and after', () => {
    expect(results.widened).toEqual([
      '[-] "Grant order-history permits connect:post_checkout by fulfillment_user_assertion for acme, users test-*.",',
      '[+] "Grant order-history permits connect:post_checkout by fulfillment_user_assertion for acme, every user.",',
    ]);
  });
});

/** The folder that synth writes for a policy with these grants beside a plain one. */
function assemblyOf(grants: object[]): string {
  const policy = goodPolicy();
  const more = grants as typeof policy.grants;
  return createStack(toYaml({ ...policy, grants: [...policy.grants, ...more] })).app.synth().directory;
}

/** The lines about grants that the CDK's command line adds or takes away, with no AWS account in reach. */
async function changedGrants(before = '', after = ''): Promise<string[]> {
  const stack = 'connect-token-vending';
  const output = await cdk(
    'diff',
    '--template',
    join(before, `${stack}.template.json`),
    '--app',
    after,
    stack,
  );
  return output
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => /^\[[-+]\] +"Grant /.test(line))
    .map((line) => line.replace(/ +/, ' '));
}

function cdk(...options: string[]): Promise<string> {
  const script = join(repository, 'node_modules', 'aws-cdk', 'bin', 'cdk');
  const env = {
    PATH: `${dirname(process.execPath)}${delimiter}/usr/bin:/bin`,
    HOME: temporaryFolder(),
    AWS_EC2_METADATA_DISABLED: 'true',
    CDK_DISABLE_CLI_TELEMETRY: 'true',
    CI: 'true',
  };
  const args = [script, '--no-notices', '--no-color', ...options];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { env, cwd: temporaryFolder() }, (error, stdout, stderr) => {
      if (error !== null) reject(new Error(`${stdout}${stderr}`));
      else resolve(`${stdout}\n${stderr}`);
    });
  });
}
