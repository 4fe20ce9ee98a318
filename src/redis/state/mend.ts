import type { StateRef } from "../../state/document.js";
import { storedText } from "../../state/json-text.js";
import type { StateDeps } from "./deps.js";
import { floatsFlag } from "./deps.js";

/** A document that isn't what was written, because a snapshot doesn't keep every number; and what was written. */
export interface Drifted {
  readonly ref: StateRef;
  readonly version: string;
  readonly json: string;
}

/** More at once than snapshots can be loaded during one request. */
const ATTEMPTS = 5;

/** Runs a script until it finds no document that must be mended before; most often that is once. */
export async function mending<Reply>(
  deps: StateDeps,
  run: () => Promise<Reply>,
  driftedIn: (reply: Reply) => readonly Drifted[],
): Promise<Reply> {
  for (let attempt = 1; ; attempt++) {
    const reply = await run();
    const drifted = driftedIn(reply);
    if (drifted.length === 0) return reply;
    if (attempt === ATTEMPTS) throw new Error("a state document still drifts after repeated mends");
    await Promise.all(drifted.map((each) => mend(deps, each)));
  }
}

async function mend(deps: StateDeps, { ref, version, json }: Drifted): Promise<void> {
  const { redis, keys } = deps;
  const { namespace, key } = ref;
  const { stored, fixes } = storedText(json);
  await redis.run((client) =>
    client.mendState(
      [keys.state(namespace, key), keys.stateFacts(namespace, key)],
      [version, stored, floatsFlag(deps), ...fixes],
    ),
  );
}
