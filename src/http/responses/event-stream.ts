import type { HttpBindings } from "@hono/node-server";
import type { Context as HonoContext } from "hono";
import { stream } from "hono/streaming";
import type { AppEnv } from "../env.js";

export const EVENT_HEADERS = {
  "Content-Type": "text/event-stream",
  "Cache-Control": "no-store",
  // Proxies that buffer would hold events back.
  "X-Accel-Buffering": "no",
} as const;

/** A source of events, as text of the event-stream format. */
export interface EventSource {
  readonly texts: AsyncIterable<string>;
  /** Called once the listener has gone. */
  close(): void;
  /** Called with an error that ends the stream. The answer is under way, so the client can't be sent an error. */
  onError(error: unknown): void;
}

/**
 * Answers with server-sent events. Each text is taken from the source only when the client has taken those before (but
 * for what the sockets hold); a client that takes nothing for `sendMs` is cut off.
 */
export function respondEvents(c: HonoContext<AppEnv>, source: EventSource, sendMs: number): Response {
  for (const [name, value] of Object.entries(EVENT_HEADERS)) c.header(name, value);
  return stream(c, async (out) => {
    out.onAbort(source.close);
    try {
      for await (const text of source.texts) {
        if (out.aborted) break;
        if (!(await inTime(out.write(text), sendMs))) {
          cutOff(c);
          break;
        }
      }
    } catch (error) {
      source.onError(error);
    } finally {
      source.close();
    }
  });
}

async function inTime(work: Promise<unknown>, milliseconds: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, milliseconds, false);
  });
  try {
    return await Promise.race([work.then(() => true as const), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Its socket is full: only without it can the answer end. */
function cutOff(c: HonoContext<AppEnv>): void {
  const { outgoing } = c.env as HttpBindings;
  outgoing.destroy();
}
