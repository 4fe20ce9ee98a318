import { z } from "@hono/zod-openapi";
import { invalid } from "../../domain/errors.js";
import { describeError } from "../../log.js";
import type { WatchEvent } from "../../state/watch.js";
import { watchState } from "../../state/watch.js";
import { contextOf } from "../verb-context.js";
import type { AppDeps } from "../env.js";
import { EVENT_HEADERS, respondEvents } from "../responses/event-stream.js";
import { createRoute } from "../router/create-route.js";
import { createRouter } from "../router/create-router.js";
import { text } from "../openapi/primitives.js";
import { viewChange } from "./schemas.js";
import { LIMITS } from "../../domain/limits.js";
import { namespaceParam, problem, problems } from "../openapi/responses.js";

const watchRoute = createRoute({
  method: "get",
  path: "/v1/namespaces/{ns}/state-changes",
  operationId: "watchState",
  traits: { lane: "direct" },
  tags: ["state"],
  summary: "Follow changes of state",
  description: [
    "Sends server-sent events of type `change` with the data `{ key, version, op, by, at }`. Versions of a namespace are numbered without gaps, so a client can detect a missing one. The stream starts now, or with the first change after `Last-Event-ID`. It has no gaps or duplicates as long as changes are kept (`STATE_HISTORY_SECONDS`).",
    "A comment is sent as a heartbeat. A client that reads too slowly is disconnected and can resume with `Last-Event-ID`.",
  ].join("\n\n"),
  request: {
    params: namespaceParam,
    query: z.strictObject({
      prefix: text(LIMITS.identifierBytes)
        .optional()
        .openapi({ description: "Only changes of documents whose keys have this prefix." }),
    }),
  },
  parameters: [
    {
      name: "Last-Event-ID",
      in: "header",
      schema: { type: "string" },
      description: "Id of the last event received.",
    },
  ],
  responses: {
    200: {
      description: "Events, until either side closes the stream.",
      content: { "text/event-stream": { schema: z.string() } },
    },
    ...problems,
    410: {
      ...problem,
      description: "The changes after Last-Event-ID have expired. Re-read the state.",
    },
  },
});

export function stateChangeRoutes({ authenticator, state, now, watch: options, logger }: AppDeps) {
  return createRouter().openapi(watchRoute, async (c) => {
    const context = contextOf(c, now);
    const watch = await watchState(state, context, c.req.valid("param").ns, {
      after: lastEventId(c.req.header("last-event-id")),
      prefix: c.req.valid("query").prefix ?? "",
      heartbeatMs: options.heartbeatMs,
      stillAllowed: () => authenticator.mayStay(context.actor),
    });
    if (c.req.method === "HEAD") {
      // A HEAD request's events have no reader that would end them. A generator that hasn't begun can't be ended, so
      // begin it.
      await watch.events.next();
      await watch.events.return();
      return c.body(null, 200, EVENT_HEADERS);
    }
    const source = {
      texts: written(watch.events),
      close: watch.close,
      onError: (error: unknown) =>
        logger.error(
          { error: describeError(error), request_id: context.requestId },
          "a stream of state changes failed",
        ),
    };
    return respondEvents(c, source, options.sendMs);
  });
}

function lastEventId(header: string | undefined): string | undefined {
  if (header === undefined || header === "") return undefined;
  if (!/^\d{1,15}-\d{1,15}$/.test(header))
    throw invalid("Last-Event-ID", "Must be the id of an event, exactly as received.");
  return header;
}

async function* written(events: AsyncIterable<WatchEvent>): AsyncGenerator<string, void> {
  for await (const event of events) yield write(event);
}

/** An id without data makes no event, but a client that comes back says it: so it goes on from here. */
function write(event: WatchEvent): string {
  if (event.kind !== "changes") return `: ${event.kind}\nid: ${event.at}\n\n`;
  return event.changes
    .map((change) => `event: change\nid: ${change.id}\ndata: ${JSON.stringify(viewChange(change))}\n\n`)
    .join("");
}
