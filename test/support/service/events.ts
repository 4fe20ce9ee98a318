import { get } from "node:http";
import type { IncomingMessage } from "node:http";
import { once } from "node:events";
import type { Service } from "./service.js";
import { until } from "./service.js";

export interface ServerEvent {
  readonly id: string;
  readonly event: string;
  readonly data: unknown;
}

/** A client of server-sent events that shows all it gets. */
export interface EventClient {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly events: ServerEvent[];
  readonly comments: string[];
  /** As a browser would send it next: set by ids without data, too. */
  lastEventId(): string;
  /** Resolves when the connection is over, by whichever side. */
  readonly ended: Promise<void>;
  /** Takes nothing more from the socket. */
  pause(): void;
  close(): void;
  /** Waits until there are so many events. */
  count(wanted: number): Promise<ServerEvent[]>;
}

/** Resolves when the answer has begun and, if it is a stream, its position has been told. */
export async function openEvents(
  service: Pick<Service, "url">,
  path: string,
  lastEventId?: string,
  key?: string,
): Promise<EventClient> {
  const headers = {
    ...(lastEventId === undefined ? {} : { "last-event-id": lastEventId }),
    ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
  };
  // A connection of its own: an agent would hold it.
  const request = get(service.url + path, { headers, agent: false });
  const [response] = (await once(request, "response")) as [IncomingMessage];
  request.on("error", () => {});
  const events: ServerEvent[] = [];
  const comments: string[] = [];
  let last = lastEventId ?? "";
  let rest = "";
  response.setEncoding("utf8");
  response.on("data", (text: string) => {
    const blocks = (rest + text).split("\n\n");
    rest = blocks.pop() ?? "";
    for (const block of blocks) {
      const fields = new Map<string, string>();
      for (const line of block.split("\n")) {
        const colon = line.indexOf(": ");
        fields.set(line.slice(0, colon), line.slice(colon + 2));
      }
      last = fields.get("id") ?? last;
      const data = fields.get("data");
      if (data !== undefined) {
        events.push({ id: last, event: fields.get("event") ?? "message", data: JSON.parse(data) as unknown });
      }
      const comment = fields.get("");
      if (comment !== undefined) comments.push(comment);
    }
  });
  const ended = new Promise<void>((resolve) => response.on("close", resolve).on("error", () => {}));
  const client: EventClient = {
    status: response.statusCode ?? 0,
    headers: response.headers,
    events,
    comments,
    lastEventId: () => last,
    ended,
    pause: () => response.pause(),
    close: () => request.destroy(),
    count: (wanted) =>
      until(
        async () => events,
        ({ length }) => length >= wanted,
      ),
  };
  if (client.status === 200) {
    await until(
      async () => comments.length,
      (count) => count > 0,
    );
  }
  return client;
}
