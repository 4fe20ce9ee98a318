import { StartError } from "../../start-error.js";
import type { RedisGateway, RoutedClient } from "../connection/client.js";
import type { Keys } from "../keys.js";
import { PRESENT_SCHEMAS, STATE_SCHEMA } from "../schemas.js";
import type { Schemas } from "../schemas.js";

/** Progress of one store's records; kept in Redis, so that a process goes on where another one stopped. */
export interface Progress {
  /** All records and documents of state have the present schemas. */
  readonly done: boolean;
  /** The cursor of SCAN, valid for the same run of the same Redis; else it starts again, and skips what is done. */
  readonly cursor: string;
  readonly redisRun: string;
  /** Records and old versions that were looked at, and how many there are, about. */
  readonly seen: number;
  readonly total: number;
}

type Wanted = Pick<Schemas, "record" | "terms">;

const reached = ({ record, terms }: Wanted): string => `${record}.${terms}.${STATE_SCHEMA}`;

/** Data of a newer release is data that this one doesn't understand. */
export class NewerData extends StartError {
  override readonly name = "NewerData";

  constructor(stored: string) {
    super(
      `This Redis was upgraded by a newer release of mneme (data schema ${stored}; this release knows ` +
        `${reached(PRESENT_SCHEMAS)}). Start that release again, or restore a backup from before the upgrade.`,
    );
  }
}

/** Refuses data of a newer release, and notes that this one's is here: an older one may then refuse it. */
export async function claimSchemas(
  client: RoutedClient,
  keys: Keys,
  wanted: Wanted = PRESENT_SCHEMAS,
): Promise<void> {
  const found = await client.hGet(keys.upgrades(), "begun");
  // Releases that didn't count state had no third number.
  const [record = 0, terms = 0, state = 0] = (found ?? "").split(".").map(Number);
  if (record > wanted.record || terms > wanted.terms || state > STATE_SCHEMA)
    throw new NewerData(found ?? "");
  if (found !== reached(wanted)) await client.hSet(keys.upgrades(), "begun", reached(wanted));
}

export async function readProgress(
  redis: RedisGateway,
  keys: Keys,
  wanted: Wanted = PRESENT_SCHEMAS,
): Promise<Progress> {
  const found = await redis.run((client) => client.hGetAll(keys.upgrades()));
  const same = found["target"] === reached(wanted);
  return {
    done: found["reached"] === reached(wanted),
    cursor: (same ? found["cursor"] : undefined) ?? "0",
    redisRun: found["redis_run"] ?? "",
    seen: Number((same ? found["seen"] : undefined) ?? 0),
    total: Number((same ? found["total"] : undefined) ?? 0),
  };
}

export async function keepProgress(
  redis: RedisGateway,
  keys: Keys,
  { cursor, redisRun, seen, total }: Progress,
  wanted: Wanted = PRESENT_SCHEMAS,
): Promise<void> {
  const fields = {
    target: reached(wanted),
    cursor,
    redis_run: redisRun,
    seen: String(seen),
    total: String(total),
  };
  await redis.run((client) => client.hSet(keys.upgrades(), fields));
}

export async function keepDone(
  redis: RedisGateway,
  keys: Keys,
  wanted: Wanted = PRESENT_SCHEMAS,
): Promise<void> {
  await redis.run(async (client) => {
    // In this order: between the two, the next process begins again, which does no harm.
    await client.hDel(keys.upgrades(), ["target", "cursor", "redis_run", "seen", "total"]);
    await client.hSet(keys.upgrades(), "reached", reached(wanted));
  });
}

/** Has all records examined once more. */
export async function forgetDone(redis: RedisGateway, keys: Keys): Promise<void> {
  await redis.run((client) => client.hDel(keys.upgrades(), "reached"));
}
