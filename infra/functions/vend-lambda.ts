import { Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { timeBudget } from '../../lambda/values/time-budget.ts';
import { TokenFunction, type TokenFunctionProps } from './service-lambda.ts';

export type VendFunctionProps = TokenFunctionProps & { reservedConcurrency: number | undefined };

/** Answers token requests. Only API Gateway may invoke it. */
export class VendFunction extends TokenFunction {
  constructor(scope: Construct, id: string, props: VendFunctionProps) {
    super(scope, id, {
      ...props,
      entry: 'vend-function',
      description: 'Vends Instacart Connect access tokens',
      timeout: Duration.millis(timeBudget.vendTimeoutMs),
    });
  }
}
