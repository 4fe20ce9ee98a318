/** A version of a state document without its value. Times in milliseconds since the epoch. */
export interface StateFacts {
  /**
   * The number of the change in its namespace: unique and ascending there, so that a version never comes back, not even
   * after the document was deleted and written again.
   */
  readonly version: number;
  readonly updated_at: number;
  /** The agent. */
  readonly updated_by: string;
  /** Null: never. */
  readonly expires_at: number | null;
  /** Each read makes it last its whole time again. */
  readonly sliding: boolean;
}

export interface StateDocument extends StateFacts {
  /** The value as JSON text: nothing here needs to look into it. */
  readonly json: string;
}

export const STATE_OPERATIONS = ["set", "merge", "delete", "increment"] as const;
/** The operation that made a version. PUT is a `set`, PATCH a `merge`. */
export type StateOperation = (typeof STATE_OPERATIONS)[number];

export interface StateRef {
  readonly namespace: string;
  readonly key: string;
}
