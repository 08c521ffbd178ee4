import {
  DomainName,
  EndpointAccessMode,
  EndpointType,
  type IRestApi,
  type RestApi,
} from 'aws-cdk-lib/aws-apigateway';
import { ARecord, RecordTarget } from 'aws-cdk-lib/aws-route53';
import { ApiGatewayDomain } from 'aws-cdk-lib/aws-route53-targets';
import { Construct } from 'constructs';
import type { AccessMode, Domain } from './address.ts';
import { tlsPolicy } from './tls.ts';

export type RegionalDomainProps = Domain & { api: RestApi; accessMode: AccessMode };

/** A domain name on the internet, all of whose paths are the API's. */
export class RegionalDomain extends Construct {
  constructor(scope: Construct, id: string, props: RegionalDomainProps) {
    super(scope, id);
    const { name, certificate, hostedZone: zone, api, accessMode } = props;
    const domain = new DomainName(this, 'Name', {
      domainName: name,
      certificate,
      endpointType: EndpointType.REGIONAL,
      securityPolicy: tlsPolicy,
      endpointAccessMode: EndpointAccessMode[accessMode],
      mapping: api as IRestApi,
    });
    if (zone === undefined) return;
    // A CNAME would resolve to a name under execute-api, which a VPC endpoint with private DNS answers for in its VPC.
    const target = RecordTarget.fromAlias(new ApiGatewayDomain(domain));
    new ARecord(this, 'Alias', { zone, recordName: name, target });
  }
}
