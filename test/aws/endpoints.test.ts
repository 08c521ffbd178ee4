import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { endpointOf } from '../../lambda/aws/endpoints.ts';

type Partition = { id: string; outputs: { dnsSuffix: string }; regions: Record<string, object> };

/** The SDK's own table, which it does not export. */
const table = join(
  import.meta.dirname,
  '../../node_modules/@aws-sdk/core/dist-es/submodules/client/util-endpoints/lib/aws/partitions.js',
);
const { partitionsInfo } = (await import(table)) as { partitionsInfo: { partitions: Partition[] } };

describe('the endpoint of a service', () => {
  it.each(partitionsInfo.partitions.map((partition) => [partition.id, partition] as const))(
    'in each region of %s is in the domain that the SDK has for it',
    (_id, { outputs, regions }) => {
      const names = Object.keys(regions).filter((name) => !name.endsWith('-global'));
      expect(names).not.toEqual([]);
      for (const region of names)
        for (const service of ['dynamodb', 'secretsmanager'])
          expect(endpointOf(service, region, undefined).href).toBe(
            `https://${service}.${region}.${outputs.dnsSuffix}/`,
          );
    },
  );

  it('in a region that is newer than the table is the one of its neighbours', () => {
    expect(endpointOf('dynamodb', 'eu-west-9', undefined).host).toBe('dynamodb.eu-west-9.amazonaws.com');
    expect(endpointOf('dynamodb', 'cn-east-9', undefined).host).toBe('dynamodb.cn-east-9.amazonaws.com.cn');
  });

  it('is the one that a variable names, where there is one', () => {
    expect(endpointOf('dynamodb', 'cn-north-1', 'http://127.0.0.1:8000').href).toBe('http://127.0.0.1:8000/');
  });
});
