import type { TokenCounter } from "../../domain/tokens.js";
import type { BesideTurn, Fitted, RecallHit } from "./outcome.js";

/**
 * Keeps the turns beside hits for which the budget has room once the hits are in it: those of the best hit first, the
 * nearest ones first, each whole.
 */
export async function fitTurns(counter: TokenCounter, fitted: Fitted, budget: number): Promise<Fitted> {
  let { tokens } = fitted;
  const hits: RecallHit[] = [];
  for (const { turns = [], ...hit } of fitted.hits) {
    const kept: BesideTurn[] = [];
    for (const turn of turns.toSorted(byNearness)) {
      const cost = await counter.countInTurns(turn.memory.content);
      if (tokens + cost > budget) continue;
      tokens += cost;
      kept.push(turn);
    }
    hits.push(kept.length === 0 ? hit : Object.assign(hit, { turns: kept.toSorted(byOffset) }));
  }
  return { ...fitted, hits, tokens };
}

const byNearness = (one: BesideTurn, other: BesideTurn): number =>
  Math.abs(one.offset) - Math.abs(other.offset);

const byOffset = (one: BesideTurn, other: BesideTurn): number => one.offset - other.offset;
