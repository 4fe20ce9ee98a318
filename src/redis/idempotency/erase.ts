import type { RedisGateway, RoutedClient } from "../connection/client.js";
import type { Keys } from "../keys.js";

/** The answer of a request that takes longer counts as one that holds what was deleted. */
export const MARK_MS = 120_000;
const PAGE = 500;

/**
 * Empties kept answers of requests with an idempotency key that hold what was deleted, and those of requests still at
 * work once they are kept: memories by their ids, other things as `subjectOf` names them. Called after the deletion.
 * `except`: the operation that deleted them; its answer says no more than that.
 */
export async function eraseAnswers(
  { redis, keys }: { readonly redis: RedisGateway; readonly keys: Keys },
  subjects: readonly string[],
  except?: string,
): Promise<void> {
  if (subjects.length === 0) return;
  await redis.run((client) =>
    Promise.all(subjects.map((subject) => eraseAnswersOf(client, keys, subject, except))),
  );
}

async function eraseAnswersOf(
  client: RoutedClient,
  keys: Keys,
  subject: string,
  except: string | undefined,
): Promise<void> {
  const about = [keys.answersOf(subject), keys.answersGone(subject), keys.answersGoneBy(subject)];
  let [till, kept, full] = ["", 0, true];
  while (full) {
    const page = [String(MARK_MS), String(kept), String(PAGE), till, except ?? ""];
    const [reached, ...operations] = await client.findAnswers(about, page);
    const doomed = operations.filter((each) => each !== except);
    await Promise.all(doomed.map((operation) => client.eraseAnswer([keys.answer(operation)], [])));
    if (doomed.length > 0) await client.zRem(keys.answersOf(subject), doomed);
    till = String(reached);
    kept += operations.length - doomed.length;
    full = operations.length === PAGE;
  }
}
