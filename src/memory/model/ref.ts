/** One passage's vector; its place in the array is the passage's place in the content. */
export type Vectors = readonly Float32Array[];

export interface MemoryRef {
  readonly namespace: string;
  readonly id: string;
  /** The number of an old version; missing: the current one. */
  readonly version?: number;
}

/** A memory by the caller's own name for it. */
export interface ItemRef {
  readonly namespace: string;
  readonly key: string;
}
