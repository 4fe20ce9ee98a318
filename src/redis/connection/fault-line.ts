/** What a connection reports of its errors: the first one, and none until it has been there again. */
export interface FaultLine {
  failed(error: Error): void;
  reached(): void;
}

/** A connection that is tried several times a second would otherwise write as many lines while Redis is away. */
export function createFaultLine(onFault: (error: Error) => void): FaultLine {
  let failing = false;
  return {
    failed(error) {
      if (!failing) onFault(error);
      failing = true;
    },
    reached: () => void (failing = false),
  };
}
