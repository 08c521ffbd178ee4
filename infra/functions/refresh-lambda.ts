import { Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { timeBudget } from '../../lambda/values/time-budget.ts';
import { FailureQueue } from './failure-queue.ts';
import { TokenFunction, type TokenFunctionProps } from './service-lambda.ts';

/** `every`: the time between two runs. */
export type RefreshFunctionProps = TokenFunctionProps & { every: Duration };

/**
 * Keeps the policy's keepWarm tokens fresh. The stack has it even while that list is empty, so that the first entry
 * adds a schedule and changes nothing else. Only that schedule may invoke it.
 */
export class RefreshFunction extends TokenFunction {
  /** Runs that failed. Scheduler invokes asynchronously, so its own dead-letter queue does not get them. */
  readonly failures: FailureQueue;

  constructor(scope: Construct, id: string, props: RefreshFunctionProps) {
    super(scope, id, {
      ...props,
      entry: 'refresh-function',
      description: 'Keeps Instacart Connect access tokens fresh',
      timeout: Duration.millis(timeBudget.refreshTimeoutMs),
    });
    this.failures = new FailureQueue(this, 'Failures');
    this.failures.grantSend(this.role);
    this.function.configureAsyncInvoke({
      // CDK's own destination would grant the role more than it needs.
      onFailure: { bind: () => ({ destination: this.failures.queueArn }) },
      // The next run is the retry: it renews what is not fresh yet. Within a run the function retries each mint.
      retryAttempts: 0,
      maxEventAge: props.every,
    });
  }
}
