import { reasonOf } from "./abort.js";
import { EmbeddingRefused } from "./embedder.js";

export interface BatcherOptions {
  /** How long a text waits for others to share its batch, in milliseconds. */
  readonly windowMs: number;
  /** Texts of one call to the provider. */
  readonly maxBatch: number;
  embed(texts: readonly string[], signal: AbortSignal): Promise<Float32Array[]>;
}

export interface Batcher {
  /** The vector of one text. An abort ends this wait; the provider's call ends when its last waiter has left. */
  add(text: string, signal?: AbortSignal, scope?: string): Promise<Float32Array>;
  /** Sends what waits, at once. */
  flush(): void;
}

interface Waiter {
  resolve(vector: Float32Array): void;
  reject(error: unknown): void;
}

/** A text that is waiting or in flight, and everyone who wants its vector. */
interface Entry {
  readonly text: string;
  /** Text and scope: a text that another scope waits for already isn't any sooner there. */
  readonly name: string;
  readonly waiters: Set<Waiter>;
  onAbandoned(): void;
}

/** Merges concurrent texts into calls; the same text of one scope, waiting or in flight, is sent once. */
export function createBatcher({ windowMs, maxBatch, embed }: BatcherOptions): Batcher {
  const entries = new Map<string, Entry>();
  let waiting: Entry[] = [];
  let timer: NodeJS.Timeout | undefined;

  function enter(text: string, scope: string): Entry {
    const name = JSON.stringify([scope, text]);
    const known = entries.get(name);
    if (known !== undefined) return known;
    const entry: Entry = {
      text,
      name,
      waiters: new Set(),
      onAbandoned() {
        forget(entry);
        waiting = waiting.filter((other) => other !== entry);
      },
    };
    entries.set(name, entry);
    waiting.push(entry);
    if (waiting.length >= maxBatch) flush();
    else timer ??= setTimeout(flush, windowMs);
    return entry;
  }

  /** A later caller of an abandoned text needs a new entry: this one's call may be ending. */
  function forget(entry: Entry): void {
    if (entries.get(entry.name) === entry) entries.delete(entry.name);
  }

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    const batch = waiting;
    waiting = [];
    if (batch.length > 0) void send(batch);
  }

  async function send(batch: readonly Entry[]): Promise<void> {
    const abandoned = new AbortController();
    for (const entry of batch) {
      entry.onAbandoned = () => {
        forget(entry);
        if (batch.every(({ waiters }) => waiters.size === 0)) abandoned.abort();
      };
    }
    try {
      const vectors = await embed(
        batch.map(({ text }) => text),
        abandoned.signal,
      );
      batch.forEach((entry, index) => settle(entry, vectors[index]));
    } catch (error) {
      if (error instanceof EmbeddingRefused && batch.length > 1) {
        // One text spoils the batch: halving finds it in a few calls and serves the others.
        const half = batch.length >> 1;
        await Promise.all([send(batch.slice(0, half)), send(batch.slice(half))]);
        return;
      }
      for (const entry of batch) {
        forget(entry);
        for (const waiter of entry.waiters) waiter.reject(error);
      }
    }
  }

  function settle(entry: Entry, vector: Float32Array | undefined): void {
    forget(entry);
    for (const waiter of entry.waiters) {
      if (vector === undefined) waiter.reject(new Error("an embedder returned fewer vectors than texts"));
      else waiter.resolve(vector);
    }
  }

  return {
    flush,
    add: (text, signal, scope = "") =>
      new Promise((resolve, reject) => {
        if (signal?.aborted === true) return reject(reasonOf(signal));
        const waiter: Waiter = {
          resolve(vector) {
            signal?.removeEventListener("abort", onAbort);
            resolve(vector);
          },
          reject(error) {
            signal?.removeEventListener("abort", onAbort);
            reject(error);
          },
        };
        const entry = enter(text, scope);
        entry.waiters.add(waiter);
        function onAbort(): void {
          entry.waiters.delete(waiter);
          if (signal !== undefined) reject(reasonOf(signal));
          if (entry.waiters.size === 0) entry.onAbandoned();
        }
        signal?.addEventListener("abort", onAbort, { once: true });
      }),
  };
}
