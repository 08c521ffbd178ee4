/** What another CDK app takes from the package. */
export { readPolicy } from './deployed-policy.ts';
export { ConfigurationError } from './files/problems.ts';
export type { CompiledPolicy } from './policy/compile.ts';
export { VendingStack, type VendingStackProps } from './stack.ts';
export { TokenVending, type TokenVendingProps } from './token-vending.ts';
