import { trailOf } from "../access/trail.js";
import { erase } from "../memory/erasure/erase.js";
import { tellCopies } from "../memory/publish/tell-copies.js";
import type { ImportRun } from "./import-run.js";
import type { ErasedLine } from "./lines.js";
import type { Outcome } from "./ports.js";

/** What is still here of it goes, and so does what was derived of that. */
export async function putErased(run: ImportRun, line: ErasedLine): Promise<Outcome> {
  const { target } = run.services;
  const { dryRun, restoreErased } = run.options;
  // What the file itself holds of it, an earlier line, is from before it was deleted there.
  if (restoreErased && !(await target.isOwn(line, run.importId))) return "skipped";
  const left = await target.leftOver(line);
  if (dryRun) return left === undefined ? "created" : "replaced";
  const act = line.what === "session" ? "import.session" : "import.memory";
  const isNew = await target.putErased(trailOf(run.context, act), line);
  if (left !== undefined) await remove(run, line, left);
  // Also if it isn't here: one that followed it may have come without it.
  if (line.what === "memory") {
    const ref = { namespace: line.namespace, id: line.id };
    await run.services.memory.store.detachContext(ref, run.context.now());
  }
  if (left !== undefined) return "replaced";
  return isNew ? "created" : "unchanged";
}

async function remove({ services, context }: ImportRun, line: ErasedLine, left: string): Promise<void> {
  const { memory, sessions } = services;
  const { namespace } = line;
  if (line.what === "memory_history") return memory.erasures.purgeVersions(namespace, left, line.at);
  if (line.what === "memory") {
    const trail = trailOf(context, "import.memory", { ids: [left] });
    const ref = { namespace, id: left };
    const { kind } = await memory.store.remove(trail, ref, { version: undefined, derived: true });
    if (kind === "published") await tellCopies(memory, context, ref);
  } else {
    const ref = { namespace, sessionId: left };
    await sessions.remove(trailOf(context, "import.session", { ids: [line.id] }), ref, true);
  }
  await erase(memory, context, namespace);
}
