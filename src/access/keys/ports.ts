import type { Grant } from "../../domain/grant.js";
import type { Trail } from "../trail.js";
import type { ApiKey, StoredKey } from "./key.js";

/** The limits of the key that makes another one, checked in the step that stores it. */
export interface MakerBounds {
  /** Patterns that it administers. An agent's name that opens anything else is taken. Undefined: any name will do. */
  readonly administers: readonly string[] | undefined;
  /** The most keys that it, and each of those that made it, may have made. */
  readonly most: number;
}

/**
 * `gone`: the maker was revoked or has expired; `taken`: the agent's name belongs to another caller; `many`: too many;
 * `made`: the id of the key that the operation has made already.
 */
export type CreateOutcome = "created" | "gone" | "taken" | "many" | { readonly made: string };

/** The key that what a revoked one has made belongs to from then on; null: none does. */
export interface Heir {
  readonly keyId: string | null;
}

/**
 * How a store may be used: it has or had keys; it is used without any; or `unknown`: neither is recorded. Then the
 * record may be lost, so a key is required.
 */
export type Door = "keys" | "open" | "unknown";

/** Where keys are kept. Every method rejects with `redis_unavailable` when the store can't be reached. */
export interface KeyStore {
  /** Once there was a key, every request needs one, for good. */
  door(): Promise<Door>;
  /** Notes that the store is used without keys, if it never had one and holds nothing; with `full`, whatever it holds. */
  openDoor(options?: { readonly full: boolean }): Promise<Door>;
  /** Part of an act that is recorded by itself. */
  find(id: string): Promise<StoredKey | undefined>;
  create(trail: Trail, key: StoredKey, bounds: MakerBounds): Promise<CreateOutcome>;
  /** Up to `limit` keys after an id, in the order of their ids; as part of an act that is recorded by itself. */
  page(
    after: string | undefined,
    limit: number,
  ): Promise<readonly { readonly id: string; readonly grants: readonly Grant[] }[]>;
  /** Returns keys in order, without missing ones. Recorded, with the ids that were found. */
  load(trail: Trail, ids: readonly string[]): Promise<readonly ApiKey[]>;
  /**
   * Revokes a key with all that it has made, unless `heir` takes that over. False if the key is missing. All processes
   * are notified.
   */
  revoke(trail: Trail, id: string, heir: Heir | undefined): Promise<boolean>;
  /** Notes a use, if the key is still there. */
  touch(id: string, at: number): Promise<void>;
}

/** A process's cache of keys, so that requests needn't load their own. */
export interface KeyCache {
  /** A key as it was at most 5 seconds ago, or undefined. A promise only where it has to be asked for. */
  find(id: string): Promise<StoredKey | undefined> | StoredKey | undefined;
  /** A key as it is. */
  findNow(id: string): Promise<StoredKey | undefined>;
  /** Whether a request needs a key. Once true, it stays true. */
  required(): Promise<boolean>;
  /** The same as it is. */
  requiredNow(): Promise<boolean>;
  /** Last known answer, for callers that can't wait; `nobody`: there is no key yet. */
  known(): "anyone" | "keys" | "nobody";
  /** This key has changed. */
  forget(id: string): void;
  /** Any key may have changed. */
  forgetAll(): void;
  /** Called whenever one of these two is. */
  onForgotten(listener: () => void): void;
}
