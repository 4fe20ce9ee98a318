/** The most bytes of one memory's text in the service. */
const MAX_BYTES = 32 * 1024;

/**
 * The text by which an item is found: the values at its paths, one per line. Undefined: there is none. Only this text
 * is cut, at 32 KiB; the value is kept whole.
 */
export function textOf(value: unknown, paths: readonly string[]): string | undefined {
  const lines = paths.flatMap((path) =>
    (path === "$" ? [value] : valuesAt(value, tokensOf(path))).flatMap((found) => linesOf(found, "")),
  );
  const text = cutTo(lines.join("\n").toWellFormed(), MAX_BYTES);
  return text.trim() === "" ? undefined : text;
}

/** `chapters[*].content` is `chapters`, `[*]`, `content`. */
function tokensOf(path: string): string[] {
  return path.match(/\[[^\]]*\]|[^.[]+/g) ?? [];
}

function valuesAt(value: unknown, [token, ...rest]: readonly string[]): unknown[] {
  if (token === undefined) return [value];
  const next = token.startsWith("[") ? elementsAt(value, token.slice(1, -1)) : fieldsAt(value, token);
  return next.flatMap((child) => valuesAt(child, rest));
}

function elementsAt(value: unknown, index: string): unknown[] {
  if (!Array.isArray(value)) return [];
  if (index === "*") return value;
  if (!/^-?\d+$/.test(index)) return [];
  const element: unknown = value.at(Number(index));
  return element === undefined ? [] : [element];
}

function fieldsAt(value: unknown, name: string): unknown[] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [];
  if (name === "*") return Object.values(value);
  return Object.hasOwn(value, name) ? [new Map<string, unknown>(Object.entries(value)).get(name)] : [];
}

/** What is nested deeper isn't searched. */
const MAX_DEPTH = 256;

/** A scalar alone is its text; in an object, its path stands before it: `address.city: Oslo`. */
function linesOf(value: unknown, path: string, depth = 0): string[] {
  if (value === null || value === undefined || ArrayBuffer.isView(value) || depth > MAX_DEPTH) return [];
  if (Array.isArray(value) || value instanceof Set) {
    return [...(value as Iterable<unknown>)].flatMap((element) => linesOf(element, path, depth + 1));
  }
  if (typeof value === "object") {
    const fields =
      value instanceof Map
        ? [...value].map(([name, child]) => [String(name), child] as const)
        : Object.entries(value);
    return fields.flatMap(([name, child]) =>
      linesOf(child, path === "" ? name : `${path}.${name}`, depth + 1),
    );
  }
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return [path === "" ? text : `${path}: ${text}`];
}

/** The beginning of a text. Never cut inside a character: bytes 10xxxxxx continue one. */
export function cutTo(text: string, maxBytes: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= maxBytes) return text;
  let end = maxBytes;
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return bytes.toString("utf8", 0, end);
}
