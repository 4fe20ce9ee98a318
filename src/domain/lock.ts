/** Mutual exclusion between service processes. A lock ends by itself when its holder dies. */
export interface Locks {
  /** The lock, or undefined if another holder has it. */
  acquire(name: string, ttlMs: number): Promise<Lock | undefined>;
}

export interface Lock {
  /** False if the lock was lost: the holder must stop. */
  renew(ttlMs: number): Promise<boolean>;
  release(): Promise<void>;
}
