import type { Principal } from '../../lambda/policy/principal.ts';
import type { CompiledPolicy } from '../policy/compile.ts';
import { parsePrincipal } from '../policy/principals.ts';

/** What this folder shows of a policy file: the compiled policy, and the ARNs as the file has them. */
export type ShownPolicy = Pick<CompiledPolicy, 'policy' | 'principals'>;

export type ArnOf = (principal: Principal) => string;

/**
 * The compiled policy has no paths, so that ARNs come from the file. Where two ARNs name one principal, the shorter one
 * stands for both: the function matches the role whatever its path.
 */
export function createArnOf(arns: readonly string[]): ArnOf {
  const known = new Map<string, string>();
  for (const arn of arns.toSorted((a, b) => b.length - a.length || (a < b ? 1 : -1))) {
    const parsed = parsePrincipal(arn);
    if ('principal' in parsed) known.set(pathlessArn(parsed.principal), arn);
  }
  return (principal) => known.get(pathlessArn(principal)) ?? pathlessArn(principal);
}

/** The same for two principals only if they match the same identities. */
export function pathlessArn({ partition, account, kind, name, match }: Principal): string {
  return `arn:${partition}:iam::${account}:${kind}/${name}${match === 'exact' ? '' : '*'}`;
}

/** `role/apps/checkout-api of 111122223333` */
export function principalInWords(arn: string): string {
  const [, partition, , , account, ...name] = arn.split(':');
  const where = partition === 'aws' ? '' : ` in ${partition}`;
  return `${name.join(':')} of ${account}${where}`;
}
