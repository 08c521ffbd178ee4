import { Stack } from 'aws-cdk-lib';
import {
  CfnBasePathMappingV2,
  CfnDomainNameAccessAssociation,
  CfnDomainNameV2,
  type RestApi,
} from 'aws-cdk-lib/aws-apigateway';
import { Construct } from 'constructs';
import type { Domain, Endpoint } from './address.ts';
import { networkPolicy } from './resource-policy.ts';

export type PrivateDomainProps = Domain & {
  api: RestApi;
  endpoint: Exclude<Endpoint, 'regional'>;
  /** All that are let in. */
  vpcEndpointIds: readonly string[];
};

/** A domain name that VPC endpoints alone know. Which record leads to an endpoint is for each VPC's own zone to say. */
export class PrivateDomain extends Construct {
  /** As callers' identity policies name it. */
  readonly invokeArn: string;

  constructor(scope: Construct, id: string, props: PrivateDomainProps) {
    super(scope, id);
    const { name, certificate, api, endpoint, vpcEndpointIds } = props;
    const domain = new CfnDomainNameV2(this, 'Name', {
      domainName: name,
      certificateArn: certificate.certificateArn,
      endpointConfiguration: { types: ['PRIVATE'] },
      // The only one that a private domain has; it knows no endpoint access mode.
      securityPolicy: 'TLS_1_2',
      policy: networkPolicy(vpcEndpointIds),
    });
    const domainNameArn = domain.attrDomainNameArn;
    const { stageName: stage } = api.deploymentStage;
    new CfnBasePathMappingV2(this, 'Mapping', { domainNameArn, restApiId: api.restApiId, stage });
    for (const [index, { vpcEndpointId }] of endpoint.vpcEndpoints.entries())
      new CfnDomainNameAccessAssociation(this, `Access${index}`, {
        domainNameArn,
        accessAssociationSourceType: 'VPCE',
        accessAssociationSource: vpcEndpointId,
      });
    const resourceName = `${name}+${domain.attrDomainNameId}`;
    this.invokeArn = Stack.of(this).formatArn({
      service: 'execute-api',
      resource: '/domainnames',
      resourceName,
    });
  }
}
