import type { z } from "@hono/zod-openapi";
import type { newMemory } from "../../../src/http/memories/schemas.js";
import type { RedisConnection } from "../../redis/server/connect.js";

/** A memory as the API takes it. */
export type Draft = z.input<typeof newMemory>;

/** Where in its source a record is, for people. */
export interface Place {
  readonly where: string;
}

/** What a source has: a memory, or a record that makes none. */
export type Item = ReadyItem | LeftItem;

export interface LeftItem extends Place {
  readonly kind: "skipped" | "failed";
  readonly reason: string;
}

export interface ReadyItem extends Place {
  readonly kind: "memory";
  /** `source_ref` of its metadata. */
  readonly ref: string;
  readonly draft: Draft;
}

export interface SourceInput {
  /** Files to read, in order. */
  readonly files: readonly SourceFile[];
  readonly trust: number;
}

export interface RedisInput {
  readonly redis: RedisConnection;
  /** First part of the source's keys, where it isn't the usual one. */
  readonly prefix: string | undefined;
  readonly trust: number;
}

export interface SourceFile {
  readonly path: string;
  /** Its path below the folder that was given, or its own name. */
  readonly name: string;
  readonly bytes: number;
}

/** Counts the bytes of files that were read. */
export interface Meter {
  bytes: number;
}

/** A system that memories can come from. It keeps no more than one record, and at most the names of others, in memory. */
export interface Source {
  readonly title: string;
  /** Whether a file in a folder is one of its files; the name is relative to the folder. */
  readonly isFile: (name: string) => boolean;
  readonly read: (input: SourceInput, meter: Meter) => AsyncIterable<Item>;
  /** Reads the system's own Redis; undefined: it has none. */
  readonly readRedis?: (input: RedisInput) => AsyncIterable<Item>;
}
