import { Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { timeBudget } from '../../lambda/values/time-budget.ts';
import { type FunctionProps, ServiceFunction } from './service-lambda.ts';

export type ProbeFunctionProps = FunctionProps & {
  tokenUrl: string;
  /** The prober's principal in the policy: the function's role gets its name and path. */
  principal: string;
};

/**
 * Tries the service out as a caller does. Its role needs no permission for that: the API's resource policy lets it in,
 * and the policy file grants it what it asks for.
 */
export class ProbeFunction extends ServiceFunction {
  constructor(scope: Construct, id: string, props: ProbeFunctionProps) {
    super(scope, id, {
      ...props,
      entry: 'probe-function',
      description: 'Tries the vending of Instacart Connect access tokens out',
      timeout: Duration.millis(timeBudget.probeTimeoutMs),
      environment: { TOKEN_URL: props.tokenUrl },
      role: roleOf(props.principal),
    });
  }
}

/** `arn:aws:iam::111122223333:role/ops/prober` is the role `prober` with the path `/ops/`. */
function roleOf(principal: string): { roleName: string; path?: string } {
  const [, ...parts] = principal.split('/');
  const roleName = parts.at(-1) ?? '';
  return parts.length === 1 ? { roleName } : { roleName, path: `/${parts.slice(0, -1).join('/')}/` };
}
