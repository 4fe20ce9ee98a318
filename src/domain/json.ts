export type JsonValue = string | number | boolean | null | JsonValue[] | JsonObject;
export type JsonScalar = string | number | boolean | null;
export interface JsonObject {
  [key: string]: JsonValue;
}

export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A leaf of a JSON document: the keys that lead to it (without array positions) and its scalar. */
export interface JsonLeaf {
  readonly path: readonly string[];
  readonly value: JsonScalar;
}

/**
 * The scalars of a document with their paths; an element of an array has the array's path.
 * Iterative, because a caller decides how deep a document is.
 */
export function jsonLeaves(document: JsonValue): JsonLeaf[] {
  const leaves: JsonLeaf[] = [];
  const open: { path: readonly string[]; value: JsonValue }[] = [{ path: [], value: document }];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    const { path, value } = node;
    if (Array.isArray(value)) {
      for (const element of value) open.push({ path, value: element });
    } else if (isJsonObject(value)) {
      for (const [key, child] of Object.entries(value)) open.push({ path: [...path, key], value: child });
    } else {
      leaves.push({ path, value });
    }
  }
  return leaves;
}

/**
 * JSON Merge Patch (RFC 7396): a null deletes a key, an object merges, anything else replaces.
 * Neither argument is changed. Own properties only, so `__proto__` in a patch is just a name.
 */
export function mergePatch(target: JsonValue | undefined, patch: JsonValue): JsonValue {
  if (!isJsonObject(patch)) return patch;
  const merged = new Map(isJsonObject(target) ? Object.entries(target) : []);
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else merged.set(key, mergePatch(merged.get(key), value));
  }
  return Object.fromEntries(merged);
}
