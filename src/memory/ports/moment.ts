import type { Context } from "../../domain/context.js";
import type { RecallInput } from "./recall-input.js";
import { refuseFuture } from "../model/moment.js";
import type { Moment } from "../model/moment.js";

/** The moment that a caller asks for. Rejects an `as_of` in the future. */
export function momentOf(
  context: Context,
  { as_of, valid_at }: Pick<RecallInput, "as_of" | "valid_at">,
): Moment {
  const now = context.now();
  refuseFuture(as_of, now);
  return { asOf: as_of, validAt: valid_at === "any" ? undefined : (valid_at ?? as_of ?? now) };
}
