import { type Instance, runningInstance } from './instance.ts';

type AnyFunction = (...args: never[]) => unknown;

/**
 * Puts `standIn` in place of `owner[name]` for code that an instance runs; it takes that instance, `this`, and the
 * arguments. All other code meets the real function.
 */
export function replace<Args extends unknown[]>(
  owner: object,
  name: string,
  standIn: (instance: Instance, self: unknown, ...args: Args) => unknown,
): void {
  const real = (owner as Record<string, AnyFunction>)[name] as AnyFunction;
  const value = function (this: unknown, ...args: never[]) {
    const instance = runningInstance();
    return instance === undefined
      ? real.apply(this, args)
      : standIn(instance, this, ...(args as unknown as Args));
  };
  // A timer has its promised version under a symbol.
  for (const symbol of Object.getOwnPropertySymbols(real)) {
    const property = Object.getOwnPropertyDescriptor(real, symbol);
    if (property !== undefined) Object.defineProperty(value, symbol, property);
  }
  Object.defineProperty(owner, name, { value, writable: true, configurable: true });
}
