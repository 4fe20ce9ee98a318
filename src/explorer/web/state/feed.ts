import { useEffect, useState } from "preact/hooks";
import { MnemeError } from "@mneme/client";
import { errorOf, service } from "../base/service.js";

export interface Change {
  readonly key: string;
  readonly version: number;
  readonly op: string;
  readonly by: string;
  readonly at: string;
}

export interface Feed {
  /** The latest change of each document. */
  readonly documents: ReadonlyMap<string, Change>;
  readonly live: boolean;
  /** The oldest changes are no longer kept. */
  readonly partial: boolean;
  readonly error: MnemeError | undefined;
}

const BEGINNING = "0-0";
/** A stream that is quiet this long has sent all that was kept. */
const QUIET_MS = 400;

/** Follows the changes of a namespace from the first one that is kept. */
export function useFeed(ns: string): Feed {
  const client = service.value;
  const [feed, setFeed] = useState<Feed>({
    documents: new Map(),
    live: false,
    partial: false,
    error: undefined,
  });
  useEffect(() => {
    const control = new AbortController();
    const documents = new Map<string, Change>();
    let timer = 0;
    const show = (more: Partial<Feed> = {}): void => {
      clearTimeout(timer);
      setFeed((before) => ({ ...before, live: true, ...more, documents: new Map(documents) }));
    };
    // Many changes may come at once: they are shown together.
    const soon = (): void => {
      clearTimeout(timer);
      timer = window.setTimeout(show, 30);
    };
    const follow = async (lastEventId: string | undefined): Promise<void> => {
      const { signal } = control;
      const begun = setTimeout(show, QUIET_MS);
      try {
        const events = client.events("/v1/namespaces/{ns}/state-changes", {
          path: { ns },
          signal,
          ...(lastEventId === undefined ? {} : { lastEventId }),
        });
        for await (const { event, data } of events) {
          if (event !== "change") continue;
          const change = JSON.parse(data) as Change;
          documents.set(change.key, change);
          soon();
        }
      } finally {
        clearTimeout(begun);
      }
    };
    const run = async (): Promise<void> => {
      try {
        await follow(BEGINNING);
      } catch (error) {
        if (control.signal.aborted) return;
        if (error instanceof MnemeError && error.code === "changes_expired") {
          setFeed((before) => ({ ...before, partial: true }));
          await follow(undefined);
        } else throw error;
      }
    };
    run().catch((error: unknown) => {
      if (!control.signal.aborted) setFeed((before) => ({ ...before, live: false, error: errorOf(error) }));
    });
    return () => {
      clearTimeout(timer);
      control.abort();
    };
  }, [ns, client]);
  return feed;
}
