import { messageOf, refOf, shortName } from "../drafts.js";
import type { Origin } from "../drafts.js";
import { jsonLinesOf } from "../input/json-lines.js";
import { stemOf } from "../input/files.js";
import type { Item, Meter, Source, SourceInput } from "../source.js";
import { fieldsOf, objectAt, own, textAt, timeAt } from "../values.js";
import type { Fields } from "../values.js";
import { textOfContent } from "./blocks.js";

const NAME = "claude-code";
/** What the program itself puts where a user would write. */
const PROGRAMS =
  /^\s*<(?:command-name|command-message|local-command-(?:stdout|caveat)|bash-(?:input|stdout|stderr)|system-reminder|task-notification)>/;

/** Sessions of Claude Code: a file for each below `~/.claude/projects`. */
export const claudeCode: Source = {
  title: "Claude Code sessions (~/.claude/projects, or a .jsonl file)",
  isFile: (name) => name.endsWith(".jsonl"),
  read,
};

async function* read({ files, trust }: SourceInput, meter: Meter): AsyncGenerator<Item> {
  for (const file of files) {
    for await (const { where, place, value, problem } of jsonLinesOf(file, meter)) {
      if (problem !== undefined) yield { kind: "failed", where, reason: problem };
      else {
        yield* lineItems({ source: NAME, trust }, where, fieldsOf(value), {
          session: stemOf(file.path),
          id: place,
        });
      }
    }
  }
}

function* lineItems(
  origin: Origin,
  where: string,
  line: Fields | undefined,
  otherwise: { readonly session: string; readonly id: string },
): Generator<Item> {
  const type = textAt(line, "type");
  if (type !== "user" && type !== "assistant") {
    yield { kind: "skipped", where, reason: `a line of type ${shortName(type) ?? "missing"}` };
    return;
  }
  if (own(line, "isSidechain") === true) return yield { kind: "skipped", where, reason: "of a subagent" };
  if (own(line, "isMeta") === true || own(line, "isCompactSummary") === true) {
    return yield { kind: "skipped", where, reason: "written by the program" };
  }
  const text = textOfContent(own(objectAt(line, "message"), "content"));
  if (text === undefined) {
    return yield { kind: "skipped", where, reason: "calls, results or reasoning without a text" };
  }
  if (type === "user" && PROGRAMS.test(text)) {
    return yield { kind: "skipped", where, reason: "written by the program" };
  }
  const session = textAt(line, "sessionId") ?? otherwise.session;
  yield* messageOf(origin, {
    where,
    ref: refOf(NAME, session, textAt(line, "uuid") ?? otherwise.id),
    session: `${NAME}/${session}`,
    role: type,
    text,
    time: timeAt(line, "timestamp"),
    about: {
      folder: shortName(textAt(line, "cwd")),
      model: type === "assistant" ? shortName(textAt(objectAt(line, "message"), "model")) : undefined,
    },
  });
}
