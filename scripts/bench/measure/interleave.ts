import { createLatencies } from "../../harness/latencies.js";
import type { Latency } from "../../harness/latencies.js";

/** One of several ways to do the same thing. */
export interface Contender {
  /** Called with 0, 1, 2 …; must do the same work in every contender for the same number. */
  run(index: number): Promise<unknown>;
}

export interface Rounds {
  /** Measured. */
  readonly samples: number;
  /** Not measured, before the others. */
  readonly warmUp: number;
}

/**
 * Measures contenders turn by turn (A B, B A, A B …) in a closed loop of one, so that whatever else happens on the
 * machine hits all of them. Gives their latencies in their order.
 */
export async function interleave(
  contenders: readonly Contender[],
  { samples, warmUp }: Rounds,
): Promise<Latency[]> {
  const lanes = contenders.map((contender) => ({ contender, latencies: createLatencies() }));
  for (let index = 0; index < warmUp; index++) {
    for (const { contender } of lanes) await contender.run(index);
  }
  for (let round = 0; round < samples; round++) {
    const index = warmUp + round;
    const shift = round % lanes.length;
    for (const { contender, latencies } of [...lanes.slice(shift), ...lanes.slice(0, shift)]) {
      await latencies.time(() => contender.run(index));
    }
  }
  return lanes.map(({ latencies }) => latencies.summary());
}
