/** A text of an OpenAPI document, with its place. */
export interface Description {
  readonly place: string;
  readonly text: string;
}

/** Every summary and description. A property may be called so: its schema is no text. */
export function descriptionsOf(part: unknown, place = ""): Description[] {
  if (typeof part !== "object" || part === null) return [];
  return Object.entries(part).flatMap(([key, inner]): Description[] => {
    const here = `${place}/${key}`;
    if (typeof inner === "string" && (key === "description" || key === "summary")) {
      return [{ place: here, text: inner }];
    }
    return descriptionsOf(inner, here);
  });
}
