import { setImmediate as nextTurn } from "node:timers/promises";

/** How often a connection is tried. */
const EVERY_MS = 500;
/** Without an answer for this long, callers have been refused already: operators should know. */
const SILENT_MS = 1_000;
/** A silent connection is given up. Longer than any search or batch keeps Redis from answering. */
const LOST_MS = 4_000;
/** How long a new connection may take from TCP's handshake to the end of Redis's. */
const GREETING_MS = 2_500;

/** The part of a client that the watch needs. */
export interface WatchedConnection {
  readonly isReady: boolean;
  ping(): Promise<unknown>;
  connect(): Promise<unknown>;
  destroy(): void;
  on(event: "connect" | "ready" | "error" | "reconnecting", listener: () => void): unknown;
}

export interface WatchOptions {
  /** Redis hasn't answered for a second. */
  readonly onSilent?: () => void;
  /** Redis has answered. Awaited before the next try. */
  readonly onAnswer?: () => Promise<void>;
}

export interface ConnectionWatch {
  /** Gives the connection up and makes a new one, which may lead to another Redis. */
  renew(): void;
  /** Ends the watch; call it before the connection is closed. */
  stop(): void;
}

/**
 * Gives up a connection on which nothing comes back, and makes a new one. TCP notices a peer that is gone without a
 * word only after minutes. node-redis's socketTimeout doesn't notice it either while there is traffic: it counts what is
 * sent as activity. It also waits without end for the greeting of what took the connection.
 */
export function watchConnection(
  connection: WatchedConnection,
  { onSilent = () => {}, onAnswer = async () => {} }: WatchOptions = {},
): ConnectionWatch {
  let stopped = false;
  let renewing = false;
  let greeting: NodeJS.Timeout | undefined;
  let timer: NodeJS.Timeout | undefined;

  async function renew(): Promise<void> {
    if (stopped || renewing) return;
    renewing = true;
    connection.destroy();
    // node-redis's own attempt ends with the destroyed socket; before that, two would go on side by side.
    await nextTurn();
    renewing = false;
    if (!stopped) connection.connect().catch(() => {});
  }

  async function look(): Promise<void> {
    if (!connection.isReady) return;
    const answer = connection.ping().then(
      () => "answered" as const,
      // The connection was lost, which node-redis has noticed, or Redis refused: both are no silence.
      () => "refused" as const,
    );
    let outcome = await within(answer, SILENT_MS);
    if (outcome === undefined) {
      onSilent();
      outcome = await within(answer, LOST_MS - SILENT_MS);
    }
    if (outcome === undefined) return renew();
    if (outcome === "answered") await onAnswer();
  }

  function schedule(): void {
    if (stopped) return;
    timer = setTimeout(
      () =>
        void look()
          .catch(() => {})
          .finally(schedule),
      EVERY_MS,
    );
    timer.unref();
  }

  connection.on("connect", () => {
    clearTimeout(greeting);
    greeting = setTimeout(() => void renew(), GREETING_MS);
    greeting.unref();
  });
  for (const event of ["ready", "error", "reconnecting"] as const) {
    connection.on(event, () => clearTimeout(greeting));
  }
  schedule();
  return {
    renew: () => void (connection.isReady && renew()),
    stop() {
      stopped = true;
      clearTimeout(timer);
      clearTimeout(greeting);
    },
  };
}

const SLICE_MS = 100;

/**
 * What a promise resolves to, or undefined if it takes longer. It waits in slices, between which answers are read: when
 * this process itself was stopped or starved, the pause counts as one slice, and isn't taken for Redis's silence.
 */
async function within<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
  for (let waited = 0; waited < ms; waited += SLICE_MS) {
    let slice: NodeJS.Timeout | undefined;
    const passed = new Promise<undefined>((resolve) => {
      slice = setTimeout(() => resolve(undefined), SLICE_MS);
      slice.unref();
    });
    const found = await Promise.race([promise, passed]);
    clearTimeout(slice);
    if (found !== undefined) return found;
    await nextTurn();
  }
  return undefined;
}
