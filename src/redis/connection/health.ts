import type { StoreFault } from "../../domain/errors.js";
import { storeFaultOf } from "../../domain/store-fault.js";
import { deniedCommand, faultOf, replyCode } from "./error-replies.js";
import { isConnectionError } from "./connection-errors.js";

/** What is wrong with Redis, as far as its replies and its connection have shown. */
export interface RedisHealth {
  /** Undefined: nothing is known to be wrong. */
  current(): StoreFault | undefined;
  /** Takes an error of the connection or of a command. Errors that are no fault of Redis are left out. */
  failed(error: unknown): void;
  /** Redis has taken a write. */
  wrote(): void;
}

/** A change of state: what is wrong from here on, or what is over. Nothing in it is a caller's. */
export interface HealthChange {
  readonly fault: StoreFault | undefined;
  /** What was wrong before; undefined: nothing. */
  readonly before: StoreFault | undefined;
  /** The first word of the reply, or the code of a system error. */
  readonly cause: string | undefined;
  /** That an ACL denies. */
  readonly command: string | undefined;
}

/** What a write of our own doesn't meet counts as over when it hasn't been met for this long. */
const UNSEEN_MS = 15_000;
const UNSEEN_BY_A_WRITE: ReadonlySet<StoreFault> = new Set(["acl_denied", "index_missing"]);

/** `now`: milliseconds of a clock that doesn't go back. */
export function createHealth(onChange: (change: HealthChange) => void, now: () => number): RedisHealth {
  let current: StoreFault | undefined;
  let seenAt = 0;

  function change(fault: StoreFault | undefined, error?: unknown): void {
    seenAt = now();
    if (fault === current) return;
    const before = current;
    current = fault;
    onChange({ fault, before, cause: causeOf(error), command: deniedCommand(beneath(error)) });
  }

  return {
    current: () => current,
    failed(error) {
      const fault =
        storeFaultOf(error) ??
        (error instanceof Error && isConnectionError(error) ? "redis_unavailable" : faultOf(error));
      if (fault !== undefined) change(fault, error);
    },
    wrote() {
      if (current === undefined) return;
      if (UNSEEN_BY_A_WRITE.has(current) && now() - seenAt < UNSEEN_MS) return;
      change(undefined);
    },
  };
}

function causeOf(error: unknown): string | undefined {
  const source = beneath(error);
  if (!(source instanceof Error)) return undefined;
  if ("code" in source && typeof source.code === "string") return source.code;
  return replyCode(source) ?? source.constructor.name;
}

/** What Redis or the system said, beneath what we made of it. */
function beneath(error: unknown): unknown {
  return error instanceof Error && error.cause !== undefined ? beneath(error.cause) : error;
}
