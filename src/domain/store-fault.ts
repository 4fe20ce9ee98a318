import { DomainError } from "./errors.js";
import type { StoreFault } from "./errors.js";

interface Wording {
  /** For callers: without addresses, users and keys. */
  readonly detail: string;
  /** Undefined: it doesn't pass by itself. */
  readonly retryAfterSeconds: number | undefined;
}

const FAULTS: Readonly<Record<StoreFault, Wording>> = {
  redis_unavailable: { detail: "Redis can't be reached.", retryAfterSeconds: 1 },
  redis_loading: { detail: "Redis is loading its data.", retryAfterSeconds: 2 },
  redis_busy: { detail: "Redis is busy with a script of another client.", retryAfterSeconds: 2 },
  redis_readonly: {
    detail: "This Redis is a replica, which takes no writes. mneme reconnects until it finds the primary.",
    retryAfterSeconds: 2,
  },
  redis_replicas_missing: {
    detail: "Redis has fewer replicas than min-replicas-to-write demands, so it takes no writes.",
    retryAfterSeconds: 5,
  },
  redis_disk_full: {
    detail: "Redis can't write to its disk, so it takes no writes. The disk may be full.",
    retryAfterSeconds: 5,
  },
  redis_out_of_memory: { detail: "Redis is out of memory.", retryAfterSeconds: undefined },
  redis_too_many_clients: {
    detail: "Redis has reached its maximum number of clients (maxclients).",
    retryAfterSeconds: 2,
  },
  acl_denied: {
    detail: "Redis's ACL denies mneme's user a command or key that this request needs.",
    retryAfterSeconds: 5,
  },
  index_missing: { detail: "A search index is missing. mneme creates it again.", retryAfterSeconds: 1 },
};

export function storeFault(fault: StoreFault, cause?: unknown): DomainError {
  const { detail, retryAfterSeconds } = FAULTS[fault];
  return new DomainError(fault, detail, {
    cause,
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  });
}

/** The store's fault behind an error; undefined: it is another error. */
export function storeFaultOf(error: unknown): StoreFault | undefined {
  return error instanceof DomainError && isStoreFault(error.code) ? error.code : undefined;
}

/** Whether the store is away, so that all work fails alike until it is back. */
export function isStoreAway(error: unknown): boolean {
  return storeFaultOf(error) !== undefined && (error as DomainError).retryAfterSeconds !== undefined;
}

function isStoreFault(code: string): code is StoreFault {
  return Object.hasOwn(FAULTS, code);
}
