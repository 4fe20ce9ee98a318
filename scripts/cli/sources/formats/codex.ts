import { messageOf, refOf, shortName } from "../drafts.js";
import type { Origin } from "../drafts.js";
import { jsonLinesOf } from "../input/json-lines.js";
import { stemOf } from "../input/files.js";
import type { Item, Meter, Source, SourceInput } from "../source.js";
import { fieldsOf, objectAt, own, textAt, timeAt } from "../values.js";
import type { Fields } from "../values.js";
import { textOfContent } from "./blocks.js";

const NAME = "codex";
/** What the program itself puts where a user would write. */
const PROGRAMS =
  /^\s*(?:<(?:environment_context|user_instructions|INSTRUCTIONS|turn_aborted|user_shell_command|skill)\b|# AGENTS\.md instructions)/;

/** Sessions of Codex: a file for each below `~/.codex/sessions`. A line is a record, or an envelope with a payload. */
export const codex: Source = {
  title: "Codex sessions (~/.codex/sessions, or a .jsonl file)",
  isFile: (name) => /rollout-[^/\\]*\.jsonl$/.test(name),
  read,
};

interface Session {
  id: string;
  began: string | undefined;
  folder: string | undefined;
}

async function* read({ files, trust }: SourceInput, meter: Meter): AsyncGenerator<Item> {
  for (const file of files) {
    const session: Session = { id: stemOf(file.path), began: undefined, folder: undefined };
    for await (const { where, place, value, problem } of jsonLinesOf(file, meter)) {
      if (problem !== undefined) yield { kind: "failed", where, reason: problem };
      else yield* lineItems({ source: NAME, trust }, { where, place, line: fieldsOf(value) }, session);
    }
  }
}

interface Numbered {
  readonly where: string;
  readonly place: string;
  readonly line: Fields | undefined;
}

function* lineItems(origin: Origin, { where, place, line }: Numbered, session: Session): Generator<Item> {
  const type = textAt(line, "type");
  const record = type === "response_item" || type === "session_meta" ? objectAt(line, "payload") : line;
  if (type === "session_meta" || (type === undefined && place === "1")) {
    noteSession(session, record);
    return yield { kind: "skipped", where, reason: "the description of the session" };
  }
  if (textAt(record, "type") !== "message") {
    // Messages for people stand in events once more.
    const name = shortName(textAt(record, "type") ?? type);
    return yield { kind: "skipped", where, reason: `a line of type ${name ?? "missing"}` };
  }
  const role = textAt(record, "role");
  if (role !== "user" && role !== "assistant") {
    return yield { kind: "skipped", where, reason: `role ${shortName(role) ?? "missing"}` };
  }
  const text = textOfContent(own(record, "content"));
  if (text === undefined) return yield { kind: "skipped", where, reason: "without a text" };
  if (role === "user" && PROGRAMS.test(text)) {
    return yield { kind: "skipped", where, reason: "written by the program" };
  }
  yield* messageOf(origin, {
    where,
    // A session is only appended to, so a line keeps its number.
    ref: refOf(NAME, session.id, place),
    session: `${NAME}/${session.id}`,
    role,
    text,
    time: timeAt(line, "timestamp") ?? session.began,
    about: { folder: session.folder },
  });
}

function noteSession(session: Session, meta: Fields | undefined): void {
  session.id = textAt(meta, "id") ?? session.id;
  session.began = timeAt(meta, "timestamp");
  session.folder = shortName(textAt(meta, "cwd"));
}
