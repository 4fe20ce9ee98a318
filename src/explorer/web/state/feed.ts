import { useEffect, useState } from "preact/hooks";
import { createClient, MnemeError } from "@mneme/client";
import { clientOptions, errorOf, service } from "../base/service.js";

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
  /** It is live for a while: what is kept has come. */
  readonly settled: boolean;
  /** The oldest changes are no longer kept. */
  readonly partial: boolean;
  readonly error: MnemeError | undefined;
}

const BEGINNING = "0-0";
/** A stream that is live this long has sent all that was kept, or has begun to. */
const SETTLE_MS = 400;
const NOTHING: Feed = {
  documents: new Map(),
  live: false,
  settled: false,
  partial: false,
  error: undefined,
};

/** Follows the changes of a namespace from the first one that is kept. */
export function useFeed(ns: string): Feed {
  const client = service.value;
  const [feed, setFeed] = useState<Feed>(NOTHING);
  useEffect(() => {
    const control = new AbortController();
    const documents = new Map<string, Change>();
    let settling = 0;
    setFeed(NOTHING);
    const connected = (live: boolean): void => {
      if (control.signal.aborted) return;
      setFeed((before) => ({ ...before, live }));
      clearTimeout(settling);
      if (live)
        settling = window.setTimeout(() => setFeed((before) => ({ ...before, settled: true })), SETTLE_MS);
    };
    // The client connects again by itself, without a word. Live is what has been answered, until it breaks off.
    const following = createClient(
      clientOptions(async (input, init) => {
        connected(false);
        const answer = await fetch(input, init);
        connected(answer.ok);
        return answer;
      }),
    );
    let timer = 0;
    const show = (): void => setFeed((before) => ({ ...before, documents: new Map(documents) }));
    // Many changes may come at once: they are shown together.
    const soon = (): void => {
      clearTimeout(timer);
      timer = window.setTimeout(show, 30);
    };
    const follow = async (lastEventId: string | undefined): Promise<void> => {
      const { signal } = control;
      const events = following.events("/v1/namespaces/{ns}/state-changes", {
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
      clearTimeout(settling);
      control.abort();
    };
  }, [ns, client]);
  return feed;
}
