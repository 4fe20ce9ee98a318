// Run by an assistant at a moment of a conversation: mneme-hook.js CLIENT MOMENT --url U --namespace N [--key-file F] [--within MS]
// Light on imports: the whole run, with the start of Node, has WITHIN_MS.
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { CLIENTS, isClientName } from "./clients/index.js";
import { MOMENTS, isFields } from "./clients/client.js";
import type { Client, Moment, Told } from "./clients/client.js";
import { contextFor } from "./run/context.js";
import type { TimeLeft } from "./run/context.js";
import { continueDetached } from "./run/detached.js";
import { handOver, leftOver, settle, takeOver } from "./run/hand-over.js";
import { holdPrompt, takePrompt } from "./run/held-prompt.js";
import { isExchange, keepExchange } from "./run/keep.js";
import type { Place } from "./run/place.js";
import { WITHIN_MS } from "./run/within.js";

/** What the end of a run takes. */
const END_MS = 10;
/** Reading an answer and handing it over, however long Node took to start: else the exchange would be lost. */
const HAND_OVER_MS = 200;

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    url: { type: "string", default: "http://127.0.0.1:8080" },
    namespace: { type: "string" },
    "key-file": { type: "string" },
    within: { type: "string", default: String(WITHIN_MS) },
    exchange: { type: "string" },
  },
});

const [clientName = "", moment] = positionals;
const known = isClientName(clientName) ? CLIENTS[clientName] : undefined;
if (known === undefined || !isMoment(moment) || values.namespace === undefined) {
  console.error(`Usage: mneme-hook.js ${Object.keys(CLIENTS).join("|")} ${MOMENTS.join("|")} --namespace N`);
  process.exit(1);
}
const place: Place = {
  url: values.url,
  namespace: values.namespace,
  key: () => keyOf(values["key-file"]),
};

// Whatever fails, the assistant goes on: a hook that exits with another code can stop a turn.
if (values.exchange !== undefined) await kept(clientName, place, values.exchange).catch(() => {});
else print(known.printed(moment, await withinTime(known, clientName, moment, place)));

function isMoment(value: string | undefined): value is Moment {
  return MOMENTS.some((each) => each === value);
}

function keyOf(file: string | undefined): string | undefined {
  return (file === undefined ? process.env["MNEME_API_KEY"] : readFileSync(file, "utf8").trim()) || undefined;
}

async function withinTime(
  client: Client,
  name: string,
  at: Moment,
  where: Place,
): Promise<string | undefined> {
  const least = at === "answer" ? HAND_OVER_MS : 1;
  const leftMs = (): number =>
    Math.max(least, Math.round(Number(values.within) - END_MS - performance.now()));
  const late = AbortSignal.timeout(leftMs());
  const lapsed = new Promise<undefined>((resolve) => {
    late.addEventListener("abort", () => resolve(undefined));
  });
  return Promise.race([
    lapsed,
    found(client, name, at, where, { signal: late, leftMs }).catch(() => undefined),
  ]);
}

async function found(client: Client, name: string, at: Moment, where: Place, time: TimeLeft) {
  const told = await toldTo(client);
  if (at === "answer") {
    // The next prompt may come at once, so this one's is taken now. Storing isn't worth a wait.
    const exchange = { ...told, prompt: told.prompt ?? takePrompt(name, told) };
    if (!isExchange(exchange)) return undefined;
    const file = handOver(exchange, wayOf(name, where));
    continueDetached([...process.argv.slice(1), "--exchange", file]);
    return undefined;
  }
  if (at === "prompt") holdPrompt(name, told);
  return contextFor(where, at, told, conversationOf(name, told), time);
}

async function kept(name: string, where: Place, file: string): Promise<void> {
  await keep(file);
  // The service is there: what it missed while it was away comes after.
  for (const left of leftOver(wayOf(name, where))) await keep(left, 1).catch(() => {});

  async function keep(each: string, attempts?: number): Promise<void> {
    const exchange = takeOver(each);
    await keepExchange(where, name, exchange, conversationOf(name, exchange.told), attempts);
    settle(exchange);
  }
}

/** Another key, another namespace or another service isn't where an exchange was to go. */
function wayOf(name: string, { url, namespace, key }: Place): readonly (string | undefined)[] {
  return [name, url, namespace, values["key-file"] ?? key()];
}

async function toldTo(client: Client): Promise<Told> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  const input: unknown = JSON.parse(Buffer.concat(chunks).toString("utf8"));
  return client.told(isFields(input) ? input : {});
}

/** Name of the session that mneme keeps of a client's conversation. */
function conversationOf(name: string, { conversation }: Told): string | undefined {
  return conversation === undefined ? undefined : `${name}:${conversation}`;
}

/** A request that is still under way, or a client that keeps stdin open, mustn't keep the process. */
function print(text: string): void {
  process.stdout.write(text, () => process.exit(0));
}
