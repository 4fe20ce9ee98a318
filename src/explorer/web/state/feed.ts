import { useEffect, useState } from "preact/hooks";
import { createClient } from "@mneme/client";
import type { MnemeError } from "@mneme/client";
import { clientOptions, errorOf, service } from "../base/service.js";

export interface Change {
  readonly key: string;
  readonly version: number;
  readonly op: string;
  readonly by: string;
  readonly at: string;
}

export interface Feed {
  /** The latest change of each document that has changed since the view was opened. */
  readonly documents: ReadonlyMap<string, Change>;
  readonly live: boolean;
  readonly error: MnemeError | undefined;
}

const NOTHING: Feed = { documents: new Map(), live: false, error: undefined };

/** Follows the changes of a namespace from now on. */
export function useFeed(ns: string): Feed {
  const client = service.value;
  const [feed, setFeed] = useState<Feed>(NOTHING);
  useEffect(() => {
    const control = new AbortController();
    const documents = new Map<string, Change>();
    setFeed(NOTHING);
    const connected = (live: boolean): void => {
      if (control.signal.aborted) return;
      setFeed((before) => ({ ...before, live }));
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
    const run = async (): Promise<void> => {
      const { signal } = control;
      const events = following.events("/v1/namespaces/{ns}/state-changes", { path: { ns }, signal });
      for await (const { event, data } of events) {
        if (event !== "change") continue;
        const change = JSON.parse(data) as Change;
        documents.set(change.key, change);
        soon();
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
