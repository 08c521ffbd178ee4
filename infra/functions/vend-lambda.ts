import { Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { timeBudget } from '../../lambda/values/time-budget.ts';
import { type FunctionProps, ServiceFunction } from './service-lambda.ts';

/** Answers token requests. Only API Gateway may invoke it. */
export class VendFunction extends ServiceFunction {
  constructor(scope: Construct, id: string, props: FunctionProps) {
    super(scope, id, {
      ...props,
      entry: 'vend-function',
      description: 'Vends Instacart Connect access tokens',
      timeout: Duration.millis(timeBudget.vendTimeoutMs),
      reservedConcurrency: props.settings.reservedConcurrency,
    });
  }
}
