type Method<F> = F extends (deps: never, ...args: infer Args) => infer Result
  ? (...args: Args) => Result
  : never;

type Port<Functions> = { readonly [Name in keyof Functions]: Method<Functions[Name]> };

/** A port made of functions that take the same dependencies first: its methods are these without them. */
export function portOf<
  Deps,
  Functions extends Readonly<Record<string, (deps: Deps, ...args: never[]) => unknown>>,
>(deps: Deps, functions: Functions): Port<Functions> {
  const methods = Object.entries(functions).map(([name, call]) => [
    name,
    (...args: never[]) => call(deps, ...args),
  ]);
  return asPort(Object.fromEntries(methods));
}

/** Each method was made of the function of its name just now, so it takes and gives what that does. */
const asPort = <Functions>(methods: unknown) => methods as Port<Functions>;
