import { ErrorReply, ReconnectStrategyError } from "redis";
import { storeFaultOf } from "../../domain/store-fault.js";
import { StartError } from "../../start-error.js";
import { publicAddress } from "./address.js";
import { isConnectionError } from "./connection-errors.js";
import { isNotLetIn, isOtherNode, isOutOfMemory, isPassing, takesNoWrites } from "./error-replies.js";

/** A Redis that can't be used at the start, with the reason and the way out. */
export class RedisRefusal extends StartError {
  override readonly name = "RedisRefusal";

  constructor(url: string, cause: unknown, of: string) {
    super(`The Redis of ${of} (${publicAddress(url)}) ${whyNot(cause)}`, { cause });
  }
}

/**
 * An error of a start as one that needs no stack, if Redis or the way to it is its cause; else as it is. `of`: what the
 * URL comes from, for a person.
 */
export function asRefusal(url: string, error: unknown, of = "REDIS_URL"): unknown {
  if (error instanceof StartError) return error;
  const cause = causeOf(error);
  return cause instanceof ErrorReply || isAway(cause) ? new RedisRefusal(url, cause, of) : error;
}

/** Whether Redis said that it can't serve now, but may soon. */
export const isPassingReply = (error: unknown): boolean => isPassing(causeOf(error));

/** Whether Redis couldn't be asked, or didn't answer in time. */
export function isAway(error: unknown): boolean {
  const cause = causeOf(error);
  if (!(cause instanceof Error)) return false;
  return isConnectionError(cause) || storeFaultOf(cause) === "redis_unavailable";
}

/** What Redis replied, beneath what we made of it. */
function causeOf(error: unknown): unknown {
  if (error instanceof ReconnectStrategyError) return causeOf(error.socketError);
  return error instanceof Error && error.cause !== undefined ? causeOf(error.cause) : error;
}

function whyNot(cause: unknown): string {
  const reason = reasonOf(cause);
  if (isNotLetIn(cause)) {
    return `refuses the user or the password: ${reason}. REDIS_URL takes them as redis://user:password@host:port, with special characters percent-encoded. The user must be allowed all commands on the keys and channels of MNEME_KEY_PREFIX.`;
  }
  if (takesNoWrites(cause)) {
    return `doesn't accept writes: ${reason}. REDIS_URL must name a primary that can write to its disk.`;
  }
  if (isOutOfMemory(cause)) {
    return `has no memory left for the indexes: ${reason}. Raise its maxmemory, or make room.`;
  }
  if (isOtherNode(cause))
    return `is a node of a Redis Cluster: ${reason}. Name it as a cluster: redis+cluster://host:port.`;
  if (isPassing(cause)) return `isn't ready: ${reason}. mneme gave up waiting.`;
  if (/certificate/.test(reason)) {
    return `has a certificate that isn't trusted: ${reason}. NODE_EXTRA_CA_CERTS=<file.pem> adds a certificate authority.`;
  }
  if (cause instanceof ErrorReply) return `refuses a command that mneme needs: ${reason}.`;
  return `can't be reached: ${reason}. Check that it runs there, and whether it expects TLS (rediss://) or not (redis://).`;
}

function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  // Node tries each address of a name, and its error for all of them has a code but no message.
  const text = cause.message || ("code" in cause ? String(cause.code) : cause.name);
  return text.trim().replace(/\.$/, "");
}
