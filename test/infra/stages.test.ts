import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { refuseDefaultStage, secretsOfOtherStages } from '../../infra/stages.ts';
import { temporaryFolder } from '../support/folders.ts';
import { toYaml } from '../support/policies.ts';

const folder = temporaryFolder();

function write(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

describe('a stage that no command line names', () => {
  const inContext = '{ "context": {\n  "stage": "production" } }';

  it.each([
    ['cdk.json', inContext, 'cdk.json:2:3 context.stage'],
    ['cdk.context.json', '{ "stage": "production" }', 'cdk.context.json:1:3 stage'],
    ['home/.cdk.json', inContext, '.cdk.json:2:3 context.stage'],
  ])('is refused in %s', (file, text, place) => {
    const project = temporaryFolder();
    const home = join(project, 'home');
    mkdirSync(home);
    writeFileSync(join(project, file), text);
    expect(() => refuseDefaultStage(project, home)).toThrow(
      `${place}: a default would be deployed where -c stage=NAME is misspelt: remove it`,
    );
  });

  it('is in none of these files otherwise', () => {
    const project = temporaryFolder();
    writeFileSync(join(project, 'cdk.json'), '{ "context": { "stages": {} } }');
    writeFileSync(join(project, 'cdk.context.json'), '{ "availability-zones:account=1": [] }');
    expect(() => refuseDefaultStage(project, join(project, 'nowhere'))).not.toThrow();
  });
});

describe('the secrets of other stages', () => {
  it('are found by name, with their stage and its policy', () => {
    const clients = { a: { secretName: 'one' }, b: { secretArn: 'arn' }, c: { secretName: 'two' } };
    const policy = write('good.yaml', toYaml({ clients }));
    const stages = {
      own: { policy: write('own.yaml', toYaml({ clients: { a: { secretName: 'mine' } } })) },
      other: { policy },
    };
    expect(secretsOfOtherStages(stages, 'own')).toEqual(
      new Map([
        ['one', `the stage other (${policy})`],
        ['two', `the stage other (${policy})`],
      ]),
    );
  });

  it.each([
    ['is not there', join(folder, 'nowhere.yaml')],
    ['is no YAML', write('broken.yaml', 'a: [')],
    ['is a folder', folder],
    ['has a list of clients', write('list.yaml', 'clients: [a]')],
    ['has a client that is text', write('text.yaml', 'clients: { a: b }')],
    ['has a name that is a number', write('number.yaml', 'clients: { a: { secretName: 7 } }')],
    ['is empty', write('empty.yaml', '')],
    ['is not named', undefined],
  ])('are none where the policy %s', (_what, policy) => {
    expect(secretsOfOtherStages({ own: {}, other: { policy } }, 'own')).toEqual(new Map());
  });

  it('are none where there are no stages, or no settings', () => {
    expect(secretsOfOtherStages(undefined, 'own')).toEqual(new Map());
    expect(secretsOfOtherStages({ own: {}, other: null, more: 'a' }, 'own')).toEqual(new Map());
  });
});
