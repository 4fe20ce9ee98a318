import { computed, signal } from "@preact/signals";
import { createClient, MnemeError } from "@mneme/client";
import type { ClientOptions, components } from "@mneme/client";

export type Schemas = components["schemas"];
export type Memory = Schemas["Memory"];
export type MemoryType = Memory["memory_type"];

/** The API key of the person who looks. It is kept here alone: a reload forgets it. */
export const apiKey = signal("");
/** Whether an answer said that a key is needed, or that the given one isn't valid. */
export const keyRefused = signal(false);
/** Rises when something was changed: what is shown is then read again. */
export const changes = signal(0);

/** A person waits for the answer: what fails is shown soon, with a way to try again. */
const PATIENCE = { retryForMs: 1_500, connectTimeoutMs: 5_000 };

/** The client of the service that served this page. */
export const service = computed(() => createClient(clientOptions()));

/** `fetch`: what the client asks with, for those who follow its connections. */
export const clientOptions = (fetch?: ClientOptions["fetch"]): ClientOptions => ({
  url: location.origin,
  ...PATIENCE,
  ...(apiKey.value === "" ? {} : { apiKey: apiKey.value }),
  ...(fetch === undefined ? {} : { fetch }),
});

/** Every failure as one that says its code; notes when it is about the key. */
export function errorOf(error: unknown): MnemeError {
  if (!(error instanceof MnemeError))
    return new MnemeError("explorer_fault", String(error), { cause: error });
  if (error.status === 401) keyRefused.value = true;
  return error;
}
