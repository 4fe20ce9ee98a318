import type { RedisGateway } from "../connection/client.js";
import type { Keys } from "../keys.js";

/**
 * Empties kept answers of requests with an idempotency key that hold what was deleted: memories by their ids, sessions as
 * {@link Keys.answersOf} names them.
 */
export async function eraseAnswers(
  { redis, keys }: { readonly redis: RedisGateway; readonly keys: Keys },
  subjects: readonly string[],
): Promise<void> {
  if (subjects.length === 0) return;
  await redis.run(async (client) => {
    const found = await Promise.all(subjects.map((subject) => client.sMembers(keys.answersOf(subject))));
    const operations = [...new Set(found.flat())];
    if (operations.length === 0) return;
    await Promise.all(operations.map((operation) => client.eraseAnswer([keys.answer(operation)], [])));
    await Promise.all(subjects.map((subject) => client.del(keys.answersOf(subject))));
  });
}
