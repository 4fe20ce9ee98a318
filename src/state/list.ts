import { authorize } from "../access/authorize.js";
import { trailOf } from "../access/trail.js";
import type { Context } from "../domain/context.js";
import { cursorsOf } from "../domain/cursor.js";
import type { ListedDocument } from "./ports.js";
import type { StateServices } from "./services.js";

export interface ListStateInput {
  /** Of keys, with case. */
  readonly prefix?: string | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** The documents of a namespace without their values, in the order of their keys' bytes. */
export async function listState(
  { store, audit }: StateServices,
  context: Context,
  namespace: string,
  { prefix = "", limit, cursor }: ListStateInput,
): Promise<{ readonly documents: readonly ListedDocument[]; readonly cursor: string | undefined }> {
  await authorize(audit, context, namespace, { verb: "read", act: "state.list" });
  const cursors = cursorsOf("namespace or prefix", "state", namespace, prefix);
  const after = cursors.read(cursor, /^.+$/s)?.[0];
  const page = await store.list(trailOf(context, "state.list"), namespace, { prefix, after, limit });
  return { documents: page.documents, cursor: cursors.write(page.next) };
}
