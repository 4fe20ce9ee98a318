import type { Ranked, TopWalk } from "../../memory/ports/lifecycle.js";
import type { StoreDeps } from "../deps.js";

/** Entries in one script: others wait for it. */
const SLICE = 1_000;
/** A walk whose caller takes longer for its next request begins again. */
const PAUSE_MS = 3_600_000;

export async function mergeTop(
  { redis, keys }: StoreDeps,
  { namespace, caller, walk, size }: TopWalk,
  entries: readonly Ranked[],
  begins: boolean,
): Promise<Ranked | undefined | "gone"> {
  const key = keys.forgetWalk(namespace, caller);
  let worst: readonly string[] = [];
  for (let from = 0; from === 0 || from < entries.length; from += SLICE) {
    const slice = entries.slice(from, from + SLICE).flatMap(({ worth, id }) => [String(worth), id]);
    const first = begins && from === 0 ? "1" : "0";
    const [there, ...found] = await redis.run((client) =>
      client.mergeTop([key], [first, String(PAUSE_MS), String(size), walk, ...slice]),
    );
    if (there === 0) return "gone";
    worst = found;
  }
  const [worth, id] = worst;
  return worth === undefined || id === undefined ? undefined : { worth: Number(worth), id };
}
