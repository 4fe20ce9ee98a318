import type { Memory } from "../store/api.js";
import type { StoreContext } from "../store/context.js";
import { MnemeStoreError } from "../store/errors.js";
import { MARK } from "./form.js";
import { deleteParts, MAX_PARTS, readParts } from "./parts.js";
import type { PartSet } from "./parts.js";

/** An item may be replaced, and its parts deleted, while they are read. */
const ATTEMPTS = 5;

/** The value of an item; undefined: it has been deleted since. */
export async function readValue(
  context: StoreContext,
  memory: Memory,
): Promise<{ readonly memory: Memory; readonly value: Record<string, unknown> } | undefined> {
  const { client } = context;
  let current: Memory | undefined = memory;
  for (let attempt = 1; current !== undefined; attempt++) {
    if (!isMarked(current)) return { memory: current, value: current.metadata };
    const parts = partsOfItem(current);
    const text = parts === undefined ? current.metadata["text"] : await readParts(client, parts);
    if (typeof text === "string") return { memory: current, value: await parsed(context, current, text) };
    if (attempt === ATTEMPTS || current.key === null) break;
    const next: Memory | undefined = await client.getItem(current.namespace, current.key);
    // Unchanged: they were lost, not replaced.
    if (next !== undefined && partsOfItem(next)?.set === parts?.set) break;
    current = next;
  }
  if (current === undefined) return undefined;
  throw new MnemeStoreError(
    "bad_answer",
    `The parts of the item ${JSON.stringify(current.key)} are missing.`,
  );
}

async function parsed({ settings }: StoreContext, { metadata, key }: Memory, text: string) {
  try {
    const value: unknown =
      metadata[MARK] === "langgraph" ? await settings.serde.loadsTyped("json", text) : JSON.parse(text);
    if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
    throw new TypeError("it isn't an object");
  } catch (cause) {
    throw new MnemeStoreError("bad_answer", `The item ${JSON.stringify(key)} can't be read.`, { cause });
  }
}

const isMarked = ({ metadata }: Memory): boolean => Object.hasOwn(metadata, MARK);

function partsOfItem({ namespace, metadata }: Memory): PartSet | undefined {
  const { set, parts } = metadata;
  if (!Object.hasOwn(metadata, MARK) || typeof set !== "string" || typeof parts !== "number")
    return undefined;
  if (!(Number.isInteger(parts) && parts > 0 && parts <= MAX_PARTS)) return undefined;
  return { namespace, set, parts };
}

/** Deletes the parts of what was stored before, if it had some. */
export async function dropParts({ client }: StoreContext, before: Memory | undefined): Promise<void> {
  const parts = before === undefined ? undefined : partsOfItem(before);
  if (parts !== undefined) await deleteParts(client, parts);
}
