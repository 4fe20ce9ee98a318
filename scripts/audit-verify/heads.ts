import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { z } from "zod";
import { Failure, messageOf } from "../shell/failure.js";

/** The last entry of a trail, as it was when it was verified. */
export interface SavedHead {
  readonly number: number;
  readonly hash: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
}

export type Heads = ReadonlyMap<string, SavedHead>;

const head = z.strictObject({
  trail: z.string(),
  number: z.int().min(1),
  hash: z.string().regex(/^[0-9a-f]{40}$/),
  time: z.int(),
});
const file = z.strictObject({ prefix: z.string(), saved_at: z.string(), heads: z.array(head) });

export function readHeads(path: string, prefix: string): Heads {
  if (!existsSync(path)) throw new Failure(`There is no file ${path}.`);
  try {
    const saved = file.parse(JSON.parse(readFileSync(path, "utf8")));
    if (saved.prefix !== prefix) throw new Error(`they are of the key prefix "${saved.prefix}"`);
    return new Map(saved.heads.map(({ trail, ...rest }) => [trail, rest]));
  } catch (error) {
    throw new Failure(`The heads in ${path} can't be used: ${messageOf(error)}`);
  }
}

/** Whole or not at all. */
export function writeHeads(path: string, prefix: string, heads: Heads): void {
  const saved = {
    prefix,
    saved_at: new Date().toISOString(),
    heads: [...heads].map(([trail, { number, hash, time }]) => ({ trail, number, hash, time })),
  };
  writeFileSync(`${path}.new`, `${JSON.stringify(saved, null, 1)}\n`);
  renameSync(`${path}.new`, path);
}
