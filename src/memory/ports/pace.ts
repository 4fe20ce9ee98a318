/** Stages of a recall for which a recall with a deadline keeps time. */
export type PacedStage = "search" | "load" | "receipt";

/** How long the stages of recalls take at present, so that an early one leaves time for the later ones. */
export interface Pace {
  note(stage: PacedStage, ms: number): void;
  /** Milliseconds that these stages will hardly exceed together. */
  expectedMs(...stages: readonly PacedStage[]): number;
}
