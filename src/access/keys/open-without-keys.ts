import type { Context } from "../../domain/context.js";
import { DomainError } from "../../domain/errors.js";
import { authorizeScope } from "../authorize.js";
import { scopeOf } from "../grants.js";
import { trailOf } from "../trail.js";
import type { KeyServices } from "./services.js";

/**
 * Lets a store be used without keys, regardless of its content. A store that ever had a key stays closed permanently.
 */
export async function openWithoutKeys(
  { keys, audit }: Pick<KeyServices, "keys" | "audit">,
  context: Context,
): Promise<void> {
  await authorizeScope(audit, context, scopeOf("**"), { verb: "admin", act: "key.open" });
  // Recorded first: an act that can't be recorded isn't done.
  const closed = (await keys.door()) === "keys";
  await audit.system(trailOf(context, "key.open"), closed ? "conflict" : "ok");
  if (closed || (await keys.openDoor({ full: true })) === "keys") {
    throw new DomainError("forbidden", "This data has had API keys, so requests without a key stay refused.");
  }
}
