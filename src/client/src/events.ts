import { errorOf, MnemeError } from "./errors.js";
import type { Settings } from "./options.js";
import { failure, sleep } from "./send.js";

export interface ServerSentEvent {
  readonly event: string;
  /** Of the last event that had one: where a new stream goes on. */
  readonly id: string | undefined;
  readonly data: string;
}

/** What a block of a stream says. One without data may still move the position. */
type Block = Omit<ServerSentEvent, "data"> & { readonly data: string | undefined };

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

/**
 * The events of a stream. One that breaks off is opened again after its last event, so that none is missed or comes
 * twice; it ends with the signal, or with a refusal of the service.
 */
export async function* eventsOf(
  settings: Settings,
  path: string,
  {
    lastEventId,
    signal,
  }: { readonly lastEventId?: string | undefined; readonly signal?: AbortSignal | undefined },
): AsyncGenerator<ServerSentEvent, void> {
  let last = lastEventId;
  for (let failures = 0; ;) {
    try {
      for await (const { event, id, data } of read(
        await open(settings, path, last, signal),
        settings,
        signal,
      )) {
        failures = 0;
        last = id ?? last;
        if (data !== undefined) yield { event, id, data };
      }
      // The service ends its streams when it stops.
      await sleep(FIRST_PAUSE_MS * (0.5 + Math.random()), signal);
    } catch (error) {
      const passes =
        error instanceof MnemeError &&
        (error.status === undefined || error.status === 429 || error.status >= 502) &&
        error.status !== 507;
      if (!passes || failures >= settings.retries) throw error;
      const most = Math.min(FIRST_PAUSE_MS * 2 ** Math.min(failures, 10), LONGEST_PAUSE_MS);
      failures++;
      await sleep((error.retryAfterMs ?? most / 2) + (Math.random() * most) / 2, signal);
    }
  }
}

async function open(
  settings: Settings,
  path: string,
  last: string | undefined,
  signal: AbortSignal | undefined,
): Promise<ReadableStream<Uint8Array>> {
  let response: Response;
  // It only limits how long the answer takes to begin.
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), settings.timeoutMs);
  try {
    response = await settings.fetch(settings.url + path, {
      headers: {
        accept: "text/event-stream",
        ...settings.headers,
        ...(last === undefined ? {} : { "last-event-id": last }),
      },
      signal: signal === undefined ? late.signal : AbortSignal.any([signal, late.signal]),
    });
  } catch (error) {
    throw failure(settings, error, late.signal.aborted ? settings.timeoutMs : undefined, signal);
  } finally {
    clearTimeout(timer);
  }
  if (response.ok && response.body !== null) return response.body;
  const body: unknown = await response.json().catch(() => undefined);
  const seconds = Number(response.headers.get("retry-after") ?? Number.NaN);
  throw errorOf(response.status, body, Number.isFinite(seconds) ? seconds * 1000 : undefined);
}

async function* read(
  body: ReadableStream<Uint8Array>,
  settings: Settings,
  signal: AbortSignal | undefined,
): AsyncGenerator<Block> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  try {
    for (;;) {
      // A connection that leads nowhere ends by itself only after minutes, or never.
      const timer = setTimeout(() => void reader.cancel().catch(() => {}), settings.silenceMs);
      const { done, value } = await reader.read().finally(() => clearTimeout(timer));
      if (done) return;
      text += decoder.decode(value, { stream: true });
      const blocks = text.split(/\r?\n\r?\n/);
      text = blocks.pop() ?? "";
      for (const block of blocks) {
        yield parseBlock(block);
      }
    }
  } catch (error) {
    throw failure(settings, error, undefined, signal);
  } finally {
    await reader.cancel().catch(() => {});
  }
}

/** A comment, by which the service shows that it is there, gives a block that says nothing. */
function parseBlock(block: string): Block {
  let event = "message";
  let id: string | undefined;
  const data: string[] = [];
  for (const line of block.split(/\r?\n/)) {
    const [, name, value = ""] = /^([a-z]+)(?:: ?(.*))?$/s.exec(line) ?? [];
    if (name === "event") event = value;
    if (name === "id") id = value;
    if (name === "data") data.push(value);
  }
  return { event, id, data: data.length === 0 ? undefined : data.join("\n") };
}
