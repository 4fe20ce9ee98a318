import { scopeOf } from "../../access/grants.js";
import { ALL_RECEIPTS, namesOf, notedAt } from "../../memory/ports/receipts.js";
import type { Receipt } from "../../memory/ports/receipts.js";
import type { RedisGateway } from "../connection/client.js";
import { redisTime } from "../connection/redis-time.js";
import { SYSTEM } from "../keys.js";
import type { Keys } from "../keys.js";

interface Deps {
  readonly redis: RedisGateway;
  readonly keys: Keys;
}

const memberOf = (id: string): string => `r ${id}`;

export function noteErasedReceipt(
  deps: Deps,
  receipt: Pick<Receipt, "id" | "request" | "hits">,
): Promise<void> {
  return note(deps, notedAt(receipt) ?? SYSTEM, receipt.id);
}

export function noteErasedReceipts(deps: Deps, namespace: string): Promise<void> {
  return note(deps, namespace, ALL_RECEIPTS);
}

async function note({ redis, keys }: Deps, namespace: string, id: string): Promise<void> {
  const now = await redisTime(redis, [keys.gone(namespace)]);
  // Works while Redis is full, like the deletion itself.
  await redis.run((client) => client.putGone([keys.gone(namespace)], [memberOf(id), String(now)]));
}

/** Whether a receipt was erased here: by itself, or with all of a namespace that it is of. */
export async function wasReceiptErased({ redis, keys }: Deps, receipt: Receipt): Promise<boolean> {
  const { id, at } = receipt;
  const homes = namesOf(receipt).filter((name) => !scopeOf(name).below);
  const [itself, ...all] = await redis.run((client) =>
    Promise.all([
      client.zScore(keys.gone(notedAt(receipt) ?? SYSTEM), memberOf(id)),
      ...homes.map((name) => client.zScore(keys.gone(name), memberOf(ALL_RECEIPTS))),
    ]),
  );
  return itself !== null || all.some((since) => since !== null && since >= at);
}
