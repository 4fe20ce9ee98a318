import { cursorsOf } from "../../domain/cursor.js";
import type { Context } from "../../domain/context.js";
import { authorizeSome } from "../authorize.js";
import { trailOf } from "../trail.js";
import type { ApiKey } from "./key.js";
import { administers } from "./key.js";
import type { KeyServices } from "./services.js";

export interface ListKeysInput {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

export interface KeyPage {
  readonly keys: readonly ApiKey[];
  /** Undefined at the end. */
  readonly cursor: string | undefined;
}

/** Keys read in one round trip. */
const WINDOW = 500;

/** The keys that the caller administers, oldest first. */
export async function listKeys(
  { keys, audit }: KeyServices,
  context: Context,
  { limit, cursor }: ListKeysInput,
): Promise<KeyPage> {
  await authorizeSome(audit, context, { verb: "admin", act: "key.list" });
  const visible: string[] = [];
  const cursors = cursorsOf("list", "keys");
  let after = cursors.read(cursor, /^[0-9A-Z]{26}$/)?.[0];
  // One more than the page: whether there is a next one. A cursor names a key of this page, never one that is hidden.
  for (let end = false; !end && visible.length <= limit;) {
    const window = await keys.page(after, WINDOW);
    visible.push(...window.filter(({ grants }) => administers(context, grants)).map(({ id }) => id));
    after = window.at(-1)?.id;
    end = window.length < WINDOW;
  }
  const page = visible.slice(0, limit);
  const last = page.at(-1);
  return {
    keys: await keys.load(trailOf(context, "key.list"), page),
    cursor: cursors.write(visible.length > limit ? last : undefined),
  };
}
