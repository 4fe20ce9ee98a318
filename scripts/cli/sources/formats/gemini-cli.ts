import { createHash } from "node:crypto";
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

/**
 * Sessions of Gemini CLI: `chats/session-….json` with a list of messages, in later releases `.jsonl`, a log of changes: a
 * message is written again under its id when it grows, `$rewindTo` withdraws messages from one on, and `$set` changes what
 * the session says of itself.
 */
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
    const { last, withdrawn } = await fateOf(file);
    let number = 0;
    for await (const entry of entriesOf(file, meter)) {
      number++;
      const key = keyOf(entry);
      if (withdrawn.has(number)) {
        yield { kind: "skipped", where: entry.where, reason: "withdrawn by a rewind" };
      } else if (key === undefined || last.get(key) === number) yield* entryItems(origin, session, entry);
    }
  }
}

interface Fate {
  /** The entry that says a message for the last time, by its key. */
  readonly last: ReadonlyMap<string, number>;
  readonly withdrawn: ReadonlySet<number>;
}

/** What becomes of a file's entries is known at its end: it is read once for that, and only keys are kept. */
async function fateOf(file: SourceFile): Promise<Fate> {
  const last = new Map<string, number>();
  const withdrawn = new Set<number>();
  let number = 0;
  for await (const entry of entriesOf(file, { bytes: 0 })) {
    number++;
    const target = textAt(fieldsOf(entry.value), "$rewindTo");
    const key = keyOf(entry);
    if (target !== undefined) {
      // As Gemini CLI does: that message and all after it, and all where it isn't there.
      const keys = [...last.keys()];
      for (const gone of keys.slice(Math.max(0, keys.indexOf(keyOfId(target))))) {
        withdrawn.add(last.get(gone) ?? number);
        last.delete(gone);
      }
    } else if (key !== undefined) last.set(key, number);
  }
  return { last, withdrawn };
}

function entriesOf(file: SourceFile, meter: Meter): AsyncIterable<Entry> {
  return file.path.endsWith(".jsonl") ? jsonLinesOf(file, meter) : jsonElementsOf(file, meter, ["messages"]);
}

/** Undefined: the entry is like no other. */
function keyOf(entry: Entry): string | undefined {
  const id = textAt(fieldsOf(entry.value), "id");
  return id === undefined ? undefined : keyOfId(id);
}

/** An id may be as long as a line. */
const keyOfId = (id: string): string =>
  id.length <= 64 ? id : createHash("sha256").update(id).digest("base64url");

function* entryItems(origin: Origin, session: string, { where, value, problem }: Entry): Generator<Item> {
  if (problem !== undefined) return yield { kind: "failed", where, reason: problem };
  const message: Fields | undefined = fieldsOf(value);
  if (own(message, "$set") !== undefined || own(message, "$rewindTo") !== undefined) {
    return yield { kind: "skipped", where, reason: "a change of the session" };
  }
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
