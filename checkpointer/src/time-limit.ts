import type { Send } from "./connection.js";

/** Redis gave no answer in time, or none at all. The operation may have been done nevertheless. */
export class RedisTimeoutError extends Error {
  override readonly name = "RedisTimeoutError";
}

/** Sends a command of an operation, such as `put`. */
export type Named = (operation: string, key: string, args: (string | Buffer)[]) => Promise<unknown>;

/** What is under way on one connection, or with one node. */
interface Lane {
  open: number;
  heardAt: number;
}

/**
 * Ends what a Redis that doesn't answer would leave open. The limit counts from the last answer: thousands of commands at
 * once may take longer together, as long as answers come. Every error names its operation, and none is empty.
 *
 * @param laneOf commands whose answers come over one connection have one lane
 */
export function withTimeLimit(send: Send, limitMs: number, laneOf: (key: string) => string): Named {
  const lanes = new Map<string, Lane>();

  return (operation, key, args) =>
    new Promise((resolve, reject) => {
      const name = laneOf(key);
      const began = performance.now();
      const lane = lanes.get(name) ?? { open: 0, heardAt: began };
      lane.open += 1;
      lanes.set(name, lane);
      let ended = false;
      let timer = setTimeout(check, limitMs);

      const left = (): number => Math.max(began, lane.heardAt) + limitMs - performance.now();

      function check(): void {
        if (left() > 0) timer = setTimeout(check, left());
        // Answers that came while this process was busy are read first.
        else setImmediate(() => (left() > 0 ? check() : end(reject, timedOut(operation, began))));
      }

      function end<T>(settle: (value: T) => void, value: T): void {
        // An answer that comes after the limit.
        if (ended) return;
        ended = true;
        clearTimeout(timer);
        lane.open -= 1;
        if (lane.open === 0) lanes.delete(name);
        settle(value);
      }

      function heard<T>(settle: (value: T) => void, value: T): void {
        lane.heardAt = performance.now();
        end(settle, value);
      }

      send(key, args).then(
        (reply) => heard(resolve, reply),
        (error: unknown) => heard(reject, told(operation, error)),
      );
    });
}

function timedOut(operation: string, began: number): RedisTimeoutError {
  const afterMs = Math.round(performance.now() - began);
  return new RedisTimeoutError(
    `${operation}: Redis gave no answer within ${afterMs} ms. It may have done it nevertheless.`,
  );
}

/** A reply of Redis stays as it is: its text is what callers know it by. */
function told(operation: string, error: unknown): unknown {
  if (error instanceof Error && error.message.trim() !== "") return error;
  const name = error instanceof Error ? error.name : String(error);
  return new Error(`${operation}: the Redis client failed with ${name}.`, { cause: error });
}
