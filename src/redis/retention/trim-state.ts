import type { StoreDeps } from "../deps.js";

/** Changes that one script looks at. */
const CHANGES = 200;

export async function trimState(
  { redis, keys }: StoreDeps,
  namespace: string,
  before: number,
  keepMs: number,
): Promise<number> {
  return redis.run((client) =>
    client.trimState(
      [keys.stateChanges(namespace)],
      [
        String(before),
        String(CHANGES),
        keys.state(namespace, ""),
        keys.stateFacts(namespace, ""),
        keys.stateHistory(namespace, ""),
        String(keepMs),
      ],
    ),
  );
}
