import { DomainError } from "../../domain/errors.js";

/** How long a long answer goes on without a look at its caller's key. */
const LOOK_EVERY_MS = 500;

/** Items as they come, for as long as their receiver may have them. Fails midway once its key has ended. */
export async function* whileAllowed<Item>(
  items: AsyncIterable<Item>,
  allowed: () => Promise<boolean>,
  lookEveryMs: number = LOOK_EVERY_MS,
): AsyncGenerator<Item> {
  let lookedAt = performance.now();
  for await (const item of items) {
    if (performance.now() - lookedAt > lookEveryMs) {
      if (!(await allowed())) throw new DomainError("unauthenticated", "The key of this request has ended.");
      lookedAt = performance.now();
    }
    yield item;
  }
}
