import { randomUUID } from "node:crypto";

/** Keys of its own for a test, so that all of them can share one Redis. */
export const randomPrefix = (): string => `test:${randomUUID()}`;

export const randomThread = (): string => `thread-${randomUUID()}`;
