import { Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { type FunctionProps, ServiceFunction } from './service-lambda.ts';

/** Answers callers, who reach it through API Gateway alone. */
export class VendFunction extends ServiceFunction {
  constructor(scope: Construct, id: string, props: FunctionProps) {
    super(scope, id, {
      ...props,
      entry: 'vend-function',
      description: 'Vends Instacart Connect access tokens',
      // The function answers within 25 s of the request, and API Gateway waits for 29 s.
      timeout: Duration.seconds(27),
      reservedConcurrency: props.settings.reservedConcurrency,
    });
  }
}
