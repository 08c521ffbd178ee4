import { App, Stack } from 'aws-cdk-lib';
import type { Template } from 'aws-cdk-lib/assertions';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { HostedZone } from 'aws-cdk-lib/aws-route53';
import { describe, expect, it } from 'vitest';
import { compilePolicy } from '../../infra/policy/compile.ts';
import { TokenVending, type TokenVendingProps } from '../../infra/token-vending.ts';
import { temporaryFolder } from '../support/folders.ts';
import { goodPolicy, toYaml } from '../support/policies.ts';
import { addresses, domain, domainName, hostedZone, other, own } from './addresses.ts';
import { deploy, type PolicyDocument } from './deployed.ts';
import { all, only, type Properties, ref } from './resources.ts';
import { template } from './synthesise.ts';

const good = toYaml(goodPolicy());
const url = `https://${domainName}/v2/oauth/token`;
const executeApiUrl = 'https://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com/production/v2/oauth/token';
const api = (of: Template) => only(of, 'AWS::ApiGateway::RestApi');

/** Where callers find the API. */
function places(of: Template): Properties {
  const { output } = deploy(of);
  const { Value, Name } = deploy(of).all('AWS::SSM::Parameter')[0] ?? {};
  const hasOther = Object.keys(of.findOutputs('ExecuteApiUrl')).length > 0;
  return {
    output: output('TokenUrl'),
    executeApi: hasOther ? output('ExecuteApiUrl') : undefined,
    parameter: [Name, Value, output('TokenUrlParameter')],
  };
}

const parameter = (value: string) => [
  '/connect-token-vending/token-url',
  value,
  '/connect-token-vending/token-url',
];
const invokeApi = ['token', 'token/revoke'].map(
  (path) => `arn:aws:execute-api:us-east-1:111122223333:a1b2c3d4e5/production/POST/v2/oauth/${path}`,
);
const resources = (of: Template) =>
  (JSON.parse(deploy(of).output('CallerPolicy')) as PolicyDocument).Statement.flatMap(
    ({ Resource }) => Resource,
  );

describe('a regional API', () => {
  const of = template(good);

  it('has its own name alone, in an output and in a parameter whose name follows from the stack’s', () => {
    expect(places(of)).toEqual({
      output: executeApiUrl,
      executeApi: undefined,
      parameter: parameter(executeApiUrl),
    });
    expect(api(of)['DisableExecuteApiEndpoint']).toBeUndefined();
    of.resourceCountIs('AWS::ApiGateway::DomainName', 0);
    of.resourceCountIs('AWS::Route53::RecordSet', 0);
  });
});

describe('a regional API with a domain', () => {
  const of = template(good, addresses['regional with a domain']);

  it('has the domain’s URL in output and parameter, and its own name still open', () => {
    expect(places(of)).toEqual({ output: url, executeApi: executeApiUrl, parameter: parameter(url) });
    expect(resources(of)).toEqual(invokeApi);
  });

  it('has the certificate, the TLS of the API, and all paths mapped to the stage', () => {
    expect(only(of, 'AWS::ApiGateway::DomainName')).toEqual({
      DomainName: domainName,
      RegionalCertificateArn: domain.certificateArn,
      EndpointConfiguration: { Types: ['REGIONAL'] },
      SecurityPolicy: api(of)['SecurityPolicy'],
      EndpointAccessMode: 'STRICT',
    });
    expect(only(of, 'AWS::ApiGateway::BasePathMapping')).toEqual({
      DomainName: ref('HttpDomain'),
      RestApiId: ref('HttpApi'),
      Stage: ref('HttpApiDeploymentStage'),
    });
  });

  it('has no record unless the zone is given; then an alias, and no CNAME', () => {
    of.resourceCountIs('AWS::Route53::RecordSet', 0);
    const regional = (name: string) => ({ 'Fn::GetAtt': [expect.stringMatching(/^HttpDomain/), name] });
    const withZone = template(good, addresses['regional with a domain and its zone']);
    expect(all(withZone, 'AWS::Route53::RecordSet')).toEqual([
      {
        HostedZoneId: hostedZone.id,
        Name: `${domainName}.`,
        Type: 'A',
        AliasTarget: {
          DNSName: regional('RegionalDomainName'),
          HostedZoneId: regional('RegionalHostedZoneId'),
        },
      },
    ]);
  });

  it('has that name alone where its own is closed', () => {
    const closed = template(good, addresses['execute-api closed']);
    expect(api(closed)['DisableExecuteApiEndpoint']).toBe(true);
    expect(places(closed)).toEqual({ output: url, executeApi: undefined, parameter: parameter(url) });
  });

  it('compares host names less strictly where a setting says so, under both names', () => {
    const basic = template(good, { domain, endpointAccessMode: 'BASIC' });
    expect(only(basic, 'AWS::ApiGateway::DomainName')['EndpointAccessMode']).toBe('BASIC');
    expect(api(basic)['EndpointAccessMode']).toBe('BASIC');
  });
});

describe('a private API', () => {
  const of = template(good, addresses.private);

  it('is associated with the VPC endpoints of its account, and lets in those of others too', () => {
    expect(api(of)).toMatchObject({
      EndpointConfiguration: { Types: ['PRIVATE'], VpcEndpointIds: [own] },
      SecurityPolicy: 'SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09',
      EndpointAccessMode: 'STRICT',
    });
    const denied = api(of)['Policy'].Statement.filter(({ Effect }: Properties) => Effect === 'Deny');
    expect(denied.map(({ Condition }: Properties) => Condition)).toEqual([
      { ArnNotLike: { 'aws:PrincipalArn': expect.any(Array) } },
      { StringNotEquals: { 'aws:SourceVpce': [own, other] } },
    ]);
  });

  it('has its own name in output and parameter', () => {
    const expected = { output: executeApiUrl, executeApi: undefined, parameter: parameter(executeApiUrl) };
    expect(places(of)).toEqual(expected);
    expect(resources(of)).toEqual(invokeApi);
  });
});

describe('a private API with a domain', () => {
  const of = template(good, addresses['private with a domain']);
  const domainArn = { 'Fn::GetAtt': [expect.stringMatching(/^HttpPrivateDomain/), 'DomainNameArn'] };

  it('has a private domain: TLS 1.2, no access mode, its own policy for the same networks', () => {
    of.resourceCountIs('AWS::ApiGateway::DomainName', 0);
    const statement = { Principal: { AWS: '*' }, Action: 'execute-api:Invoke', Resource: 'execute-api:/*' };
    const Condition = { StringNotEquals: { 'aws:SourceVpce': [own, other] } };
    expect(only(of, 'AWS::ApiGateway::DomainNameV2')).toEqual({
      DomainName: domainName,
      CertificateArn: domain.certificateArn,
      EndpointConfiguration: { Types: ['PRIVATE'] },
      SecurityPolicy: 'TLS_1_2',
      Policy: {
        Version: '2012-10-17',
        Statement: [
          { Sid: 'LetInAll', Effect: 'Allow', ...statement },
          { Sid: 'KeepOutOtherNetworks', Effect: 'Deny', ...statement, Condition },
        ],
      },
    });
  });

  it('is mapped at its root, and associated with the VPC endpoints of its account', () => {
    expect(only(of, 'AWS::ApiGateway::BasePathMappingV2')).toEqual({
      DomainNameArn: domainArn,
      RestApiId: ref('HttpApi'),
      Stage: ref('HttpApiDeploymentStage'),
    });
    expect(only(of, 'AWS::ApiGateway::DomainNameAccessAssociation')).toEqual({
      DomainNameArn: domainArn,
      AccessAssociationSourceType: 'VPCE',
      AccessAssociationSource: own,
    });
    of.resourceCountIs('AWS::Route53::RecordSet', 0);
  });

  it('names API and domain in the callers’ policy', () => {
    const invokeDomain = /^arn:aws:execute-api:us-east-1:111122223333:\/domainnames\/tokens\.shop\.example\+/;
    expect(resources(of)).toEqual([...invokeApi, expect.stringMatching(invokeDomain)]);
    expect(places(of)).toEqual({ output: url, executeApi: executeApiUrl, parameter: parameter(url) });
  });
});

describe('the construct refuses', () => {
  const stack = new Stack(new App({ outdir: temporaryFolder(), analyticsReporting: false }), 'Shop');
  const policy = compilePolicy(good, 'p');
  const certificate = Certificate.fromCertificateArn(stack, 'Certificate', domain.certificateArn);
  const zone = HostedZone.fromHostedZoneAttributes(stack, 'Zone', {
    hostedZoneId: hostedZone.id,
    zoneName: hostedZone.name,
  });
  const privately = { vpcEndpoints: [], otherVpcEndpointIds: [own] };

  it.each<[string, Partial<TokenVendingProps>, string]>([
    ['an API without a name', { disableExecuteApiEndpoint: true }, 'give it a domain too'],
    ['a private API for no network', { endpoint: { vpcEndpoints: [] } }, 'needs the VPC endpoints'],
    [
      'a private domain with a zone',
      { endpoint: privately, domain: { name: domainName, certificate, hostedZone: zone } },
      'make it yourself',
    ],
    ['a name that Parameter Store keeps', { serviceName: 'AWSTokens' }, 'does not start with aws or ssm'],
  ])('%s', (what, props, complaint) => {
    expect(() => new TokenVending(stack, what.replaceAll(' ', ''), { policy, ...props })).toThrow(complaint);
  });
});
