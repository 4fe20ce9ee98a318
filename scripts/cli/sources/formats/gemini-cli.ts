import { messageOf, refOf, shortName } from "../drafts.js";
import type { Origin } from "../drafts.js";
import { jsonElementsOf } from "../input/json-elements.js";
import { jsonLinesOf } from "../input/json-lines.js";
import { stemOf } from "../input/files.js";
import type { Item, Meter, Source, SourceFile, SourceInput } from "../source.js";
import { fieldsOf, own, textAt, timeAt } from "../values.js";
import type { Fields } from "../values.js";
import { textOfContent } from "./blocks.js";

const NAME = "gemini-cli";

/** Sessions of Gemini CLI: `chats/session-….json` with a list of messages, in later releases `.jsonl` with one on each line. */
export const geminiCli: Source = {
  title: "Gemini CLI sessions (~/.gemini/tmp, or a session file)",
  isFile: (name) => /(?:^|[/\\])session-[^/\\]*\.jsonl?$/.test(name),
  read,
};

interface Entry {
  readonly where: string;
  readonly value?: unknown;
  readonly problem?: string;
}

async function* read({ files, trust }: SourceInput, meter: Meter): AsyncGenerator<Item> {
  for (const file of files) {
    // The name of a file has the time and the beginning of the session's id, so it is as stable.
    const session = stemOf(file.path);
    const origin = { source: NAME, trust };
    let held: Entry | undefined;
    for await (const entry of entriesOf(file, meter)) {
      // A message that grows is written again under its id: the last one counts.
      if (held !== undefined && idOf(held) !== idOf(entry)) yield* entryItems(origin, session, held);
      held = entry;
    }
    if (held !== undefined) yield* entryItems(origin, session, held);
  }
}

function entriesOf(file: SourceFile, meter: Meter): AsyncIterable<Entry> {
  return file.path.endsWith(".jsonl") ? jsonLinesOf(file, meter) : jsonElementsOf(file, meter, ["messages"]);
}

/** An entry without an id is like no other. */
const idOf = (entry: Entry): unknown => textAt(fieldsOf(entry.value), "id") ?? entry;

function* entryItems(origin: Origin, session: string, { where, value, problem }: Entry): Generator<Item> {
  if (problem !== undefined) return yield { kind: "failed", where, reason: problem };
  const message: Fields | undefined = fieldsOf(value);
  const type = textAt(message, "type");
  if (type !== "user" && type !== "gemini") {
    return yield { kind: "skipped", where, reason: `an entry of type ${shortName(type) ?? "missing"}` };
  }
  const text = textOfContent(own(message, "content"));
  const id = textAt(message, "id");
  if (text === undefined)
    return yield { kind: "skipped", where, reason: "calls or reasoning without a text" };
  if (id === undefined) return yield { kind: "failed", where, reason: "its id is missing" };
  yield* messageOf(origin, {
    where,
    ref: refOf(NAME, session, id),
    session: `${NAME}/${session}`,
    role: type === "user" ? "user" : "assistant",
    text,
    time: timeAt(message, "timestamp"),
    about: { model: shortName(textAt(message, "model")) },
  });
}
