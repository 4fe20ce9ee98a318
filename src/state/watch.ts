import { authorize } from "../access/authorize.js";
import { trailOf } from "../access/trail.js";
import type { Context } from "../domain/context.js";
import { DomainError } from "../domain/errors.js";
import { storeFaultOf } from "../domain/store-fault.js";
import { createBell } from "./signal.js";
import type { StateChange } from "./ports.js";
import type { StateServices } from "./services.js";
import type { NoPlace } from "./watchers.js";

export interface WatchInput {
  /** The change that was seen last; undefined: begin from now. */
  readonly after: string | undefined;
  /** Only keys with this prefix. */
  readonly prefix: string;
  readonly heartbeatMs: number;
  /** Whether the caller may still read here; asked at each heartbeat. */
  readonly stillAllowed: () => Promise<boolean>;
}

/** `at`: the version up to which all changes have been sent. */
export type WatchEvent =
  | { readonly kind: "changes"; readonly changes: readonly StateChange[] }
  | { readonly kind: "position" | "heartbeat"; readonly at: string };

export interface Watch {
  /** Pulled: nothing is read from the store before what came earlier has been taken. */
  readonly events: AsyncGenerator<WatchEvent, void>;
  /** Ends the events, even while a reader waits for the next. */
  close(): void;
}

/** Most changes in one event. */
const BATCH = 100;

const RETRY_MS = 1000;

/**
 * Follows the changes of a namespace's state from now, or from after a change that was seen. Each is sent once and in
 * order. If the store can't be reached, it waits. If a change is missing, it ends: a reader that asks to go on then
 * gets `changes_expired`.
 */
export async function watchState(
  services: StateServices,
  context: Context,
  namespace: string,
  input: WatchInput,
): Promise<Watch> {
  const { store, audit, news, watchers } = services;
  await authorize(audit, context, namespace, { verb: "read", act: "state.watch" });
  const bell = createBell();
  const open = { yes: true };
  const close = (): void => {
    open.yes = false;
    bell.ring();
  };
  const place = watchers.enter(context.actor.keyId, close);
  if (typeof place === "string") throw noPlace(place);
  const leave = place;
  let unlisten = (): void => {};
  try {
    // Listen before the beginning is looked up: else a change between the two would wake no one.
    unlisten = await news.listen(namespace, bell.ring);
    const start = await store.startOfChanges(trailOf(context, "state.watch"), namespace, input.after);
    if (start === undefined) throw changesExpired();
    return { events: follow(start), close };
  } catch (error) {
    unlisten();
    leave();
    throw error;
  }

  async function* follow(start: string): AsyncGenerator<WatchEvent, void> {
    let last = start;
    let beat = performance.now();
    let behind = false;
    try {
      yield { kind: "position", at: last };
      while (open.yes) {
        const { changes, latest, erasedTo } = await read(last);
        if (latest < versionOf(last) || erasedTo > versionOf(last) || !isContiguous(last, changes)) return;
        // A change that came between the two reads is there in the next; one that is not was trimmed away.
        const missing = changes.length === 0 && latest > versionOf(last);
        if (missing && behind) return;
        behind = missing;
        if (missing) continue;
        const wanted = changes.filter(({ key }) => key.startsWith(input.prefix));
        const due = performance.now() - beat >= input.heartbeatMs;
        const allowed = due || wanted.length > 0 ? await unlessAway(input.stillAllowed, undefined) : true;
        if (allowed === false) return;
        if (allowed === true) {
          last = changes.at(-1)?.id ?? last;
          if (wanted.length > 0) yield { kind: "changes", changes: wanted };
        }
        if (due) {
          yield { kind: "heartbeat", at: last };
          beat = performance.now();
        }
        const pause = input.heartbeatMs - (performance.now() - beat);
        // If it couldn't be decided whether the caller may see a change, decide again.
        if (allowed === undefined) await bell.wait(Math.min(pause, RETRY_MS));
        else if (changes.length < BATCH) await bell.wait(pause);
      }
    } finally {
      unlisten();
      leave();
    }
  }

  function read(after: string): ReturnType<typeof store.changesAfter> {
    return unlessAway(() => store.changesAfter(namespace, after, BATCH), {
      changes: [],
      latest: versionOf(after),
      erasedTo: 0,
    });
  }
}

/** The result of `ask`, or `otherwise` while the store is down. */
async function unlessAway<T, Otherwise>(ask: () => Promise<T>, otherwise: Otherwise): Promise<T | Otherwise> {
  try {
    return await ask();
  } catch (error) {
    if (storeFaultOf(error) !== undefined) return otherwise;
    throw error;
  }
}

/** Changes of a namespace are numbered without a gap, so one that is missing shows. */
function isContiguous(last: string, changes: readonly StateChange[]): boolean {
  const first = versionOf(last) + 1;
  return changes.every(({ version }, index) => version === first + index);
}

function versionOf(id: string): number {
  return Number(id.slice(id.indexOf("-") + 1));
}

function changesExpired(): DomainError {
  return new DomainError(
    "changes_expired",
    "The changes after Last-Event-ID have expired. Re-read the state, then follow its changes from now on.",
  );
}

function noPlace(reason: NoPlace): DomainError {
  const retry = { retryAfterSeconds: 5 };
  return reason === "key"
    ? new DomainError(
        "too_many_watchers_of_key",
        "Too many concurrent watchers with this key; close one first.",
        retry,
      )
    : new DomainError("too_many_watchers", "Too many watchers on this instance; retry later.", retry);
}
