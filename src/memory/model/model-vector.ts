/** A vector, and whose it is: vectors of two models are never compared. */
export interface ModelVector {
  /** Id of the embedding model. */
  readonly model: string;
  readonly values: Float32Array;
}
