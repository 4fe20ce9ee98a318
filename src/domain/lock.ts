/** Mutual exclusion between service processes. A lock ends by itself when its holder dies. */
export interface Locks {
  /** The lock, or undefined if somebody else holds it. */
  acquire(name: string, ttlMs: number): Promise<Lock | undefined>;
}

export interface Lock {
  /** False if it was lost meanwhile: the holder must stop. */
  renew(ttlMs: number): Promise<boolean>;
  release(): Promise<void>;
}
