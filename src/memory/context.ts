/** Who asks, and when: carried through every verb, so that nothing is global. */
export interface Context {
  readonly actor: Actor;
  readonly requestId: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

export interface Actor {
  /** Becomes `source_agent` of what this actor writes. */
  readonly agent: string;
}
