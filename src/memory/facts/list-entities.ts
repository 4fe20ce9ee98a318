import { cursorsOf } from "../../domain/cursor.js";
import { authorize } from "../../access/authorize.js";
import { trailOf } from "../../access/trail.js";
import type { Context } from "../../domain/context.js";
import type { Services } from "../services.js";
import { normaliseName } from "../../domain/normalise-name.js";
import type { ListedName } from "../ports/facts.js";

export interface ListEntitiesInput {
  readonly prefix?: string | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** Names of entities, in the order of their bytes. */
export async function listEntities(
  { entities, audit }: Pick<Services, "entities" | "audit">,
  context: Context,
  namespace: string,
  { prefix = "", limit, cursor }: ListEntitiesInput,
): Promise<{ readonly names: readonly ListedName[]; readonly cursor: string | undefined }> {
  await authorize(audit, context, namespace, { verb: "read", act: "entity.list" });
  await audit.record(namespace, trailOf(context, "entity.list"), "ok");
  const start = normaliseName(prefix);
  const cursors = cursorsOf("prefix", "entities", namespace, start);
  const after = cursors.read(cursor, /^.+$/s)?.[0];
  const page = await entities.list(namespace, start, after, limit);
  return {
    names: page.names,
    cursor: cursors.write(page.next),
  };
}
