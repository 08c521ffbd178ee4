import { SecurityPolicy } from 'aws-cdk-lib/aws-apigateway';

/** TLS 1.2 and 1.3 with forward secrecy. API Gateway's default accepts TLS 1.0 too. */
export const tlsPolicy = SecurityPolicy.TLS13_1_2_PFS_PQ_2025_09;
