import { USE_FACTORS, USE_INTERVAL_MS } from "../../memory/lifecycle/decay.js";
import type { Use } from "../../memory/ports/lifecycle.js";
import type { StoreDeps } from "../deps.js";

/** One script a namespace, all in one round trip. */
export async function touch({ redis, meter, keys }: StoreDeps, uses: readonly Use[]): Promise<void> {
  const groups = new Map<string, Use[]>();
  for (const use of uses) groups.set(use.namespace, [...(groups.get(use.namespace) ?? []), use]);
  await redis.run((client) =>
    Promise.all(
      [...groups].map(([namespace, group]) =>
        client.touchMemories(
          meter(namespace),
          [keys.uses(namespace), ...group.map(({ id }) => keys.record(namespace, id))],
          [
            keys.contentHashPrefix(namespace),
            String(USE_INTERVAL_MS),
            JSON.stringify(USE_FACTORS),
            ...group.flatMap(({ id, version, renewal }) => [
              id,
              String(version),
              renewal === undefined ? "" : String(renewal.life),
              renewal === undefined ? "" : String(renewal.latest),
            ]),
          ],
        ),
      ),
    ),
  );
}
