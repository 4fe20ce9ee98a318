/** More than any answer has; what comes after isn't read. */
const MAX_LENGTH = 256 * 1024;
/** Places at which an object is looked for: prose may hold braces of its own. */
const MAX_STARTS = 32;

/**
 * The JSON values that an answer of a chat model may mean, most literal first: all of it; else without the thoughts of a
 * reasoning model, out of a code fence, or out of the prose around it; each as it stands, and without trailing commas.
 */
export function* readJson(answer: string): Generator<unknown, void, undefined> {
  const text = answer.slice(0, MAX_LENGTH).trim();
  const spoken = afterThoughts(text);
  for (const candidate of new Set([text, spoken, unfenced(spoken)])) yield* valuesOf(candidate);
  for (const candidate of objectsIn(spoken)) yield* valuesOf(candidate);
}

function* valuesOf(text: string): Generator<unknown, void, undefined> {
  for (const candidate of new Set([text, withoutTrailingCommas(text)])) {
    try {
      yield JSON.parse(candidate) as unknown;
      return;
    } catch {
      // The next form may be one.
    }
  }
}

/** The text after the last `</think>`; some providers cut off the opening tag. */
function afterThoughts(text: string): string {
  const end = text.toLowerCase().lastIndexOf("</think>");
  return end === -1 ? text : text.slice(end + "</think>".length).trim();
}

/** The text between the first code fence and the last one. A fence that was cut off ends with the text. */
function unfenced(text: string): string {
  const start = text.indexOf("```");
  if (start === -1) return text;
  const line = text.indexOf("\n", start);
  const end = text.lastIndexOf("```");
  // For one line: ```json {...}```
  const from = line === -1 || line > end ? text.indexOf("{", start) : line + 1;
  return (end > start ? text.slice(from, end) : text.slice(from)).trim();
}

/** Each `{…}` of the text that isn't within one found before. */
function* objectsIn(text: string): Generator<string, void, undefined> {
  let from = text.indexOf("{");
  for (let start = 0; from !== -1 && start < MAX_STARTS; start++) {
    const end = endOfObject(text, from);
    if (end !== undefined) yield text.slice(from, end);
    from = text.indexOf("{", end ?? from + 1);
  }
}

/** Behind the brace that closes the one at `from`; undefined: none does. */
function endOfObject(text: string, from: number): number | undefined {
  let depth = 0;
  for (let place = from; place < text.length; place++) {
    const character = text[place];
    if (character === '"') place = endOfString(text, place);
    else if (character === "{" || character === "[") depth++;
    else if (character === "}" || character === "]") depth--;
    if (depth === 0) return place + 1;
  }
  return undefined;
}

/** The place of the quote that closes the one at `from`, or the last place. */
function endOfString(text: string, from: number): number {
  for (let place = from + 1; place < text.length; place++) {
    if (text[place] === "\\") place++;
    else if (text[place] === '"') return place;
  }
  return text.length - 1;
}

function withoutTrailingCommas(text: string): string {
  const kept: string[] = [];
  let copied = 0;
  for (let place = 0; place < text.length; place++) {
    if (text[place] === '"') place = endOfString(text, place);
    else if (text[place] === ",") {
      let next = place + 1;
      while (next < text.length && " \t\r\n".includes(text[next] ?? "")) next++;
      if (text[next] === "}" || text[next] === "]") {
        kept.push(text.slice(copied, place));
        copied = place + 1;
      }
      place = next - 1;
    }
  }
  return kept.join("") + text.slice(copied);
}
