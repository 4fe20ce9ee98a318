import type { Grant } from "../../domain/grant.js";
import type { Trail } from "../trail.js";
import type { ApiKey, StoredKey } from "./key.js";

/** What the key that makes another one may do, looked at in the step that stores it. */
export interface MakerBounds {
  /** Patterns that it administers: a name that opens anything else belongs to somebody else. Undefined: any name will do. */
  readonly administers: readonly string[] | undefined;
  /** How many keys it may have made; each of those that made it likewise. */
  readonly most: number;
}

/** `gone`: the maker was revoked or has expired meanwhile; `taken`: the agent's name is somebody else's; `many`: too many. */
export type CreateOutcome = "created" | "gone" | "taken" | "many";

/** The key that what a revoked one has made belongs to from then on; null: none does. */
export interface Heir {
  readonly keyId: string | null;
}

/**
 * What a store says of who may use it: there are or were keys; it is used without any; or `unknown`, neither. Then what
 * said so may be lost, and nobody may use it without a key.
 */
export type Door = "keys" | "open" | "unknown";

/** Where keys are kept. Every method rejects with `redis_unavailable` when the store can't be reached. */
export interface KeyStore {
  /** Once there was a key, every request needs one, for good. */
  door(): Promise<Door>;
  /** Notes that the store is used without keys, if it never had one and holds nothing; with `full`, whatever it holds. */
  openDoor(options?: { readonly full: boolean }): Promise<Door>;
  /** As part of an act that is recorded by itself. */
  find(id: string): Promise<StoredKey | undefined>;
  create(trail: Trail, key: StoredKey, bounds: MakerBounds): Promise<CreateOutcome>;
  /** Up to `limit` keys after an id, in the order of their ids; as part of an act that is recorded by itself. */
  page(
    after: string | undefined,
    limit: number,
  ): Promise<readonly { readonly id: string; readonly grants: readonly Grant[] }[]>;
  /** In order, without those that are gone. Recorded, with the ids that were found. */
  load(trail: Trail, ids: readonly string[]): Promise<readonly ApiKey[]>;
  /** With all that the key has made, unless `heir` takes that over. False if there is none (any more). All processes are told. */
  revoke(trail: Trail, id: string, heir: Heir | undefined): Promise<boolean>;
  /** Notes a use, if the key is still there. */
  touch(id: string, at: number): Promise<void>;
}

/** What a process remembers of the keys, so that no request has to ask for its own. */
export interface KeyCache {
  /** A key as it was at most 5 seconds ago, or undefined. */
  find(id: string): Promise<StoredKey | undefined>;
  /** A key as it is. */
  findNow(id: string): Promise<StoredKey | undefined>;
  /** Whether a request needs a key. Once it does, it does for good. */
  required(): Promise<boolean>;
  /** The same as it is. */
  requiredNow(): Promise<boolean>;
  /** Who may use the service, as far as it is known, for those who can't wait: with `nobody`, there is no key yet. */
  known(): "anyone" | "keys" | "nobody";
  /** This key has changed. */
  forget(id: string): void;
  /** Any key may have changed. */
  forgetAll(): void;
}
