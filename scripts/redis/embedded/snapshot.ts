import { chmodSync, existsSync, readdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { Failure } from "../../shell/failure.js";
import { connectOnce } from "../server/connect.js";
import type { RedisAddress } from "../server/connect.js";
import { rewritten } from "../server/rewritten.js";

/** What BGSAVE writes here. Another name than Redis's own, so that a `dump.rdb` is always one that an operator put here. */
export const SNAPSHOT = "snapshot.rdb";
const FOREIGN = "dump.rdb";
const LOADED = ".loaded";

/**
 * The snapshot that a start has to load: Redis itself passes over it where it keeps an append-only file. Undefined: there is
 * none, or the append-only file holds the data. Throws a {@link Failure} where both could be meant.
 */
export function snapshotToLoad(folder: string, note: (line: string) => void = () => {}): string | undefined {
  // Redis writes it once the first append-only file is whole.
  const hasData = existsSync(join(folder, "appendonlydir", "appendonly.aof.manifest"));
  const [foreign, own] = [FOREIGN, SNAPSHOT].map((name) => existsSync(join(folder, name)));
  if (hasData && foreign === true) {
    throw new Failure(
      `${join(folder, FOREIGN)} stands beside an append-only file, and Redis would not load it. ` +
        `To restore the snapshot, move ${join(folder, "appendonlydir")} away. To keep the present data, move ${FOREIGN} away.`,
    );
  }
  if (foreign === true) return FOREIGN;
  if (own !== true) return undefined;
  if (!hasData) return SNAPSHOT;
  note(`${join(folder, SNAPSHOT)} is a snapshot of BGSAVE. It isn't loaded: the append-only file is newer.`);
  return undefined;
}

/** Goes on from a loaded snapshot with an append-only file, and puts the snapshot aside once that holds everything. */
export async function adoptSnapshot(
  address: RedisAddress,
  folder: string,
  snapshot: string,
  note: (line: string) => void = () => {},
): Promise<void> {
  const client = await connectOnce(address);
  try {
    const keys = Number(await client.sendCommand(["DBSIZE"]));
    await client.sendCommand(["CONFIG", "SET", "appendonly", "yes"]);
    if (!(await rewritten(client))) {
      throw new Failure(
        `${join(folder, snapshot)} was loaded, but Redis couldn't write its append-only file.`,
      );
    }
    const aside = `${snapshot}${LOADED}`;
    chmodSync(join(folder, snapshot), 0o600);
    renameSync(join(folder, snapshot), join(folder, aside));
    note(`${keys} keys were loaded from ${join(folder, snapshot)}, which is now called ${aside}.`);
  } finally {
    if (client.isOpen) client.destroy();
  }
}

/** Paths of the snapshots beside the append-only file: they keep what has been deleted or erased since. */
export function leftSnapshots(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name === SNAPSHOT || name.endsWith(`.rdb${LOADED}`))
    .map((name) => join(folder, name));
}
