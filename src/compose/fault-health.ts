import type { Logger } from "pino";

interface Faulty<Fault> {
  readonly message: string;
  readonly fault: Fault | undefined;
}

export interface FaultHealth<Fault> {
  /** Called with each answer: undefined if it was well, else its error. */
  readonly tell: (error: Faulty<Fault> | undefined) => void;
  /** What is wrong; undefined: nothing is known to be. */
  current(): Fault | undefined;
}

/** One line for each change of state, however many calls fail in between. */
export function createFaultHealth<Fault extends string>(
  logger: Logger,
  { fails, works }: { readonly fails: string; readonly works: string },
): FaultHealth<Fault> {
  let current: Fault | undefined;
  return {
    tell(error) {
      const before = current;
      current = error?.fault;
      if (current === before) return;
      if (error === undefined) logger.info({ reason: before }, works);
      else logger.error({ reason: current }, `${fails}: ${error.message}`);
    },
    current: () => current,
  };
}
