import { allowsIn } from "../access/grants.js";
import { isOperator } from "../access/keys/key.js";
import { trailOf } from "../access/trail.js";
import type { ImportRun } from "./import-run.js";
import type { MemoryLine } from "./lines.js";
import type { Outcome, PutOptions } from "./ports.js";

const ATTEMPTS = 3;

export async function putMemory(run: ImportRun, line: MemoryLine, options: PutOptions): Promise<Outcome> {
  const { target, memory } = run.services;
  const trail = trailOf(run.context, "import.memory");
  const allowed = permitted(run, line);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const outcome = await target.putMemory(trail, allowed, options);
    if (typeof outcome === "string") return outcome;
    if (options.dryRun) return "replaced";
    const ref = { namespace: line.namespace, id: outcome.taken };
    const removal = trailOf(run.context, "import.memory", { ids: [ref.id] });
    await memory.store.remove(removal, ref, { version: undefined });
    await memory.store.detachContext(ref, run.context.now());
  }
  return "conflict";
}

/** A file can't do what its importer may not: speak for others in feedback, or publish to where it may not. */
function permitted({ context }: ImportRun, { voices, published, ...line }: MemoryLine): MemoryLine {
  const { grants } = context.actor;
  const operator = isOperator(grants);
  const copies = Object.entries(published ?? {}).filter(([to]) => allowsIn(grants, "publish", to));
  return {
    ...line,
    ...(operator && voices !== undefined ? { voices } : {}),
    ...(copies.length === 0 ? {} : { published: Object.fromEntries(copies) }),
  };
}
