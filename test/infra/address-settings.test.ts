import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../infra/files/problems.ts';
import { readSettings } from '../../infra/settings.ts';
import { openSettings } from '../../infra/settings-file.ts';

const good = {
  stackName: 'vending',
  policy: 'p.yaml',
  throttling: { requestsPerSecond: 10, burst: 20 },
  memoryMegabytes: 512,
  logRetentionDays: 30,
  refreshMinutes: 5,
  apiGatewayAccountRole: false,
};

function read(change: Record<string, unknown>) {
  const given: Record<string, unknown> = { stage: 'a', stages: { a: { ...good, ...change } } };
  const get = (key: string) => given[key];
  return readSettings(get, openSettings(get));
}

describe('the settings of the address', () => {
  const certificateArn =
    'arn:aws:acm:us-east-1:111122223333:certificate/12345678-1234-1234-1234-123456789012';
  const domain = { name: 'tokens.shop.example', certificateArn };
  const zone = { id: 'Z0123456789ABCDEFGHIJ', name: 'shop.example' };
  const vpcEndpointIds = ['vpce-0123456789abcdef0'];
  const alarmTopicArn = 'arn:aws:sns:eu-west-1:111122223333:on-call';

  it.each([
    [{ domain: { ...domain, hostedZone: zone } }],
    [
      {
        domain: { ...domain, hostedZone: { ...zone, name: 'tokens.shop.example' } },
        disableExecuteApiEndpoint: true,
      },
    ],
    [{ domain, endpoint: { vpcEndpointIds, otherVpcEndpointIds: ['vpce-0a1b2c3d'] } }],
    [{ endpoint: 'regional', endpointAccessMode: 'BASIC' }],
    [{ alarmTopicArn, domain: { ...domain, certificateArn: certificateArn.replace('us-east', 'eu-west') } }],
  ])('are read: %j', (address) => {
    expect(read(address)).toMatchObject({ ...good, ...address, stage: 'a' });
  });

  const endpointAdvice = 'endpoint: write "regional", or { "vpcEndpointIds": ["vpce-0123456789abcdef0"] }';
  const hostName = 'write a host name in lower case without a dot at its end, such as';
  it.each([
    [
      { domain: 'tokens.shop.example' },
      'domain: write { "name": "tokens.shop.example", "certificateArn": "arn:aws:acm:…" }',
    ],
    [
      { domain: { ...domain, name: 'https://tokens.shop.example' } },
      `domain.name: ${hostName} tokens.shop.example`,
    ],
    [{ domain: { ...domain, name: 'Tokens.shop.example' } }, `domain.name: ${hostName} tokens.shop.example`],
    [{ domain: { ...domain, name: 'tokens.shop.example.' } }, `domain.name: ${hostName} tokens.shop.example`],
    [{ domain: { ...domain, name: '*.shop.example' } }, `domain.name: ${hostName} tokens.shop.example`],
    [{ domain: { ...domain, name: 'tokens' } }, `domain.name: ${hostName} tokens.shop.example`],
    [
      { domain: { name: 'tokens.shop.example' } },
      'domain.certificateArn: write the ARN of a certificate of AWS Certificate Manager',
    ],
    [
      { domain: { ...domain, certificateArn: 'arn:aws:iam::111122223333:server-certificate/a' } },
      'domain.certificateArn: write the ARN of a certificate of AWS Certificate Manager',
    ],
    [
      { domain: { ...domain, hostedZone: 'shop.example' } },
      'domain.hostedZone: write { "id": "Z0123456789ABCDEFGHIJ", "name": "shop.example" }',
    ],
    [
      { domain: { ...domain, hostedZone: { ...zone, id: '/hostedzone/Z0123' } } },
      'domain.hostedZone.id: write the id of a hosted zone, Z…',
    ],
    [
      { domain: { ...domain, hostedZone: { ...zone, name: 'shop.example.' } } },
      `domain.hostedZone.name: ${hostName} shop.example`,
    ],
    [
      { domain: { ...domain, hostedZone: { ...zone, name: 'other.example' } } },
      'domain.hostedZone.name: tokens.shop.example is not in this zone: write the zone that has it',
    ],
    [
      { domain: { ...domain, hostedZone: { ...zone, name: 'hop.example' } } },
      'domain.hostedZone.name: tokens.shop.example is not in this zone: write the zone that has it',
    ],
    [{ domain: { ...domain, certficateArn: '' } }, 'domain.certficateArn: no such key: write certificateArn'],
    [
      { domain, alarmTopicArn },
      "domain.certificateArn: the certificate is in us-east-1 and the alarm topic in eu-west-1: write those of the stack's region",
    ],
    [{ endpoint: 'private' }, endpointAdvice],
    [{ endpoint: ['vpce-0123456789abcdef0'] }, endpointAdvice],
    [
      { endpoint: { vpcEndpointIds: [] } },
      'endpoint.vpcEndpointIds: write the ids of VPC endpoints, such as ["vpce-0123456789abcdef0"]',
    ],
    [
      { endpoint: { vpcEndpointIds: 'vpce-0123456789abcdef0' } },
      'endpoint.vpcEndpointIds: write the ids of VPC endpoints',
    ],
    [
      { endpoint: { vpcEndpointIds: ['vpc-0123456789abcdef0'] } },
      'endpoint.vpcEndpointIds[0]: write the id of a VPC endpoint, such as vpce-0123456789abcdef0',
    ],
    [
      { endpoint: { vpcEndpointIds: [...vpcEndpointIds, ...vpcEndpointIds] } },
      'endpoint.vpcEndpointIds: an id is in this list twice: keep one',
    ],
    [
      { endpoint: { vpcEndpointIds, otherVpcEndpointIds: ['vpce-'] } },
      'endpoint.otherVpcEndpointIds[0]: write the id of a VPC endpoint',
    ],
    [
      { endpoint: { vpcEndpointIDs: vpcEndpointIds } },
      'endpoint.vpcEndpointIDs: no such key: write vpcEndpointIds',
    ],
    [
      { disableExecuteApiEndpoint: true },
      'disableExecuteApiEndpoint: the API would have no name: write a domain too, or false',
    ],
    [
      { domain: { ...domain, hostedZone: zone }, endpoint: { vpcEndpointIds } },
      'domain.hostedZone: the record of a private domain points to a VPC endpoint: remove this, and make the record yourself',
    ],
  ])('are refused: %j', (change, complaint) => {
    expect(() => read(change)).toThrow(ConfigurationError);
    expect(() => read(change)).toThrow(complaint);
    expect(() => read(change)).toThrow(/^cdk\.json context\.stages\.a\.[^\n]*$/);
  });
});
