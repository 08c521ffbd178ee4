import { Duration } from 'aws-cdk-lib';
import { Alias, type IVersion } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { timeBudget } from '../../lambda/values/time-budget.ts';
import { TokenFunction, type TokenFunctionProps } from './service-lambda.ts';

export type VendFunctionProps = TokenFunctionProps & { reservedConcurrency: number | undefined };

/** Answers token requests. Only API Gateway may invoke it, by its alias. */
export class VendFunction extends TokenFunction {
  /** Points to the version that requests reach. */
  readonly alias: Alias;

  constructor(scope: Construct, id: string, props: VendFunctionProps) {
    super(scope, id, {
      ...props,
      entry: 'vend-function',
      description: 'Vends Instacart Connect access tokens',
      timeout: Duration.millis(timeBudget.vendTimeoutMs),
      reservedConcurrency: props.reservedConcurrency,
    });
    this.alias = new Alias(this, 'Live', {
      aliasName: 'live',
      version: this.function.currentVersion as IVersion,
    });
  }
}
