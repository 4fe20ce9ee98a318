import type { Memory } from "../store/api.js";
import type { StoreContext } from "../store/context.js";
import { MnemeStoreError } from "../store/errors.js";
import { MARK } from "./form.js";
import { fromStored } from "./cut.js";
import { toJson } from "./text-form.js";
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
    const text = parts === undefined ? fromStored(current.metadata["text"]) : await readParts(client, parts);
    if (typeof text === "string") return { memory: current, value: await parsed(context, current, text) };
    if (attempt === ATTEMPTS || current.key === null) break;
    const next: Memory | undefined = await client.getItem(current.namespace, current.key);
    // Unchanged: they were lost, not replaced.
    if (next !== undefined && partsOfItem(next)?.set === parts?.set) break;
    current = next;
  }
  if (current === undefined) return undefined;
  throw new UnreadableItem(
    current,
    partsOfItem(current) === undefined
      ? `its metadata has the field ${JSON.stringify(MARK)}, but isn't what the store writes`
      : "parts of its value have ended or were deleted. Put it again, or delete it",
  );
}

/** An item is there, but its value isn't. */
export class UnreadableItem extends MnemeStoreError {
  constructor({ namespace, key }: Memory, reason: string, cause?: unknown) {
    super("bad_answer", `The item ${JSON.stringify(key)} in ${namespace} can't be read: ${reason}.`, {
      cause,
    });
  }
}

async function parsed({ settings }: StoreContext, memory: Memory, text: string) {
  const form = memory.metadata[MARK];
  if (form !== "json" && form !== "langgraph")
    throw new UnreadableItem(memory, `${JSON.stringify(MARK)} names no form that the store knows`);
  let value: unknown;
  try {
    const json = toJson(text);
    value = form === "langgraph" ? await settings.serde.loadsTyped("json", json) : JSON.parse(json);
  } catch (cause) {
    throw new UnreadableItem(memory, "its text was changed, or isn't what the store writes", cause);
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw new UnreadableItem(memory, "its text isn't an object");
}

/** What an item is known by to have parts. */
export type Stored = Pick<Memory, "namespace" | "metadata">;

const isMarked = ({ metadata }: Memory): boolean => Object.hasOwn(metadata, MARK);

/** Undefined: its value isn't in parts. */
export function partsOfItem({ namespace, metadata }: Stored): PartSet | undefined {
  const { set, parts } = metadata;
  if (!Object.hasOwn(metadata, MARK) || typeof set !== "string" || typeof parts !== "number")
    return undefined;
  if (!(Number.isInteger(parts) && parts > 0 && parts <= MAX_PARTS)) return undefined;
  return { namespace, set, parts };
}

/** Whether both have parts, and the same ones. */
export function haveSameParts(one: Stored | undefined, other: Stored | undefined): boolean {
  const set = one === undefined ? undefined : partsOfItem(one)?.set;
  return set !== undefined && other !== undefined && partsOfItem(other)?.set === set;
}

/** Deletes the parts of what was stored before, if it had some. */
export async function dropParts({ client }: StoreContext, before: Stored | undefined): Promise<void> {
  const parts = before === undefined ? undefined : partsOfItem(before);
  if (parts !== undefined) await deleteParts(client, parts);
}
