import type { Fact } from "../../memory/model/fact.js";
import type { Memory } from "../../memory/model/record.js";
import { timelinePlace } from "../codec/fact.js";
import type { StoreDeps } from "../deps.js";
import { peekDetails } from "../memory/get.js";

/** The most on each side. More facts don't begin or contradict at one time. */
const MOST = 64;

export async function rivalsOf(
  deps: StoreDeps,
  namespace: string,
  { subject, predicate }: Pick<Fact, "subject" | "predicate">,
  from: number,
): Promise<readonly Memory[]> {
  const timeline = deps.keys.timeline(namespace, timelinePlace(subject, predicate));
  const limit = { offset: 0, count: MOST };
  const found = await deps.redis.run((client) =>
    Promise.all([
      client.zRange(timeline, from, "-inf", { BY: "SCORE", REV: true, LIMIT: limit }),
      client.zRange(timeline, `(${from}`, "+inf", { BY: "SCORE", LIMIT: limit }),
      client.zRange(deps.keys.disputes(timeline), 0, MOST - 1),
    ]),
  );
  const ids = [...new Set(found.flat())];
  if (ids.length === 0) return [];
  const memories = await peekDetails(deps, namespace, ids);
  return memories.filter((memory) => memory !== undefined);
}
