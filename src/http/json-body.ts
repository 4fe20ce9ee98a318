import { DomainError } from "../domain/errors.js";
import type { JsonPlace } from "../domain/strict-json.js";
import { readStrictJson } from "../domain/strict-json.js";
import { fieldName, HttpProblem } from "./problem.js";
import type { BodyKind } from "./route-traits.js";

/**
 * Reads a body. What JSON.parse would silently change is refused, so that nothing is stored, compared or deleted that
 * the caller didn't say: a number beyond a double becomes another number or null, and a null in a merge patch deletes.
 */
export function parseJsonBody(text: string, kind: BodyKind): unknown {
  const { value, loss } = read(text, kind);
  if (loss === undefined) return value;
  const field = fieldName(loss.place);
  throw new DomainError("invalid_request", `${field}: ${loss.message}`, {
    errors: [{ field, message: loss.message }],
  });
}

function read(text: string, kind: BodyKind): ReturnType<typeof readStrictJson> {
  try {
    return readStrictJson(text, kind === "document" ? {} : { rounded: isVector });
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new HttpProblem("malformed_json", "The body can't be read as JSON.");
  }
}

/** A caller's vector is kept as float32, so its numbers may be rounded. */
function isVector(place: JsonPlace): boolean {
  const [first, second, third] = place;
  if (place.length === 2) return first === "embedding";
  return place.length === 4 && first === "memories" && typeof second === "number" && third === "embedding";
}
