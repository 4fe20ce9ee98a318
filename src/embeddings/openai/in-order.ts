/** The entries of a provider's reply as far as their order matters. */
interface Entry {
  readonly index?: unknown;
}

/**
 * Brings the entries of a reply into the order of the texts: each says by `index` which text it belongs to, and a
 * provider may send them in any order. Undefined: an entry is missing, or there are two for one text. A provider that
 * numbers none keeps the order.
 */
export function inOrder<T extends Entry>(entries: readonly T[], count: number): T[] | undefined {
  if (entries.length !== count) return undefined;
  if (entries.every(({ index }) => index === undefined || index === null)) return [...entries];
  const ordered = new Map(entries.map((entry) => [entry.index, entry]));
  const places = Array.from({ length: count }, (_, index) => ordered.get(index));
  return places.every((entry) => entry !== undefined) ? places : undefined;
}

/** The body of a reply with its entries in order; as it is if it has none. Undefined: see {@link inOrder}. */
export function bodyInOrder(body: string, count: number): string | undefined {
  const reply = parsed(body);
  if (reply === undefined || !("data" in reply) || !Array.isArray(reply.data)) return body;
  const entries: readonly unknown[] = reply.data;
  if (!entries.every(isEntry)) return body;
  const data = inOrder(entries, count);
  return data === undefined ? undefined : JSON.stringify({ ...reply, data });
}

function parsed(body: string): object | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    // The reader of the body reports it.
    return undefined;
  }
}

function isEntry(value: unknown): value is Entry {
  return typeof value === "object" && value !== null;
}
