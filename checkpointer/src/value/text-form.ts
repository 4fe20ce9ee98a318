/**
 * JSON as a text in which the service's policy for personal data may put a mark for anything that it finds, and the text can
 * still be read. In JSON it couldn't: a mark for a number needs quotes, and one beside an escape would break that.
 *
 * A string is `"`, its characters as they are, `"` and a form feed, which no finding crosses. A number of five characters
 * or more is in `'` in the same way: what is no number any more is a string. Structure stays as it is in JSON.
 */
const END = "\f";
/** Before four hexadecimal digits: a form feed, itself, or half of a surrogate pair. */
const ESCAPE = "\v";
const ESCAPED = /[\v\f\p{Cs}]/gu;
const UNESCAPED = /\v([0-9a-f]{4})?/g;
/** Nothing shorter is personal data. */
const SHORTEST_NUMBER = 5;
/** A private key's block ends with its text at the latest, so a string that begins one, in "`", brings an end along. */
const BLOCK = "-----BEGIN ";
const BLOCK_END = "-----END -----";

/** The first character of a string, or a whole token of another kind. */
export const JSON_TOKEN = /"|[^"\s{}[\],:]+/;
const SCALAR = /^(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)$/;

/** `json` has no whitespace between its tokens. */
export function toText(json: string): string {
  const written: string[] = [];
  const tokens = new RegExp(JSON_TOKEN, "g");
  let at = 0;
  for (let found = tokens.exec(json); found !== null; found = tokens.exec(json)) {
    const { 0: begin, index } = found;
    const end = begin === '"' ? endOfString(json, index) : index + begin.length;
    const token = json.slice(index, end);
    written.push(json.slice(at, index), begin === '"' ? stringIn(token) : numberIn(token));
    at = end;
    tokens.lastIndex = end;
  }
  written.push(json.slice(at));
  return written.join("");
}

/** After its closing quote, which an odd number of backslashes would make a character. */
export function endOfString(json: string, start: number): number {
  for (let end = json.indexOf('"', start + 1); end > 0; end = json.indexOf('"', end + 1)) {
    let before = end;
    while (json.charAt(before - 1) === "\\") before--;
    if ((end - before) % 2 === 0) return end + 1;
  }
  return json.length;
}

function stringIn(token: string): string {
  const content = String(JSON.parse(token)).replace(
    ESCAPED,
    (unit) => ESCAPE + unit.charCodeAt(0).toString(16).padStart(4, "0"),
  );
  return content.includes(BLOCK) ? `\`${content}${BLOCK_END}\`${END}` : `"${content}"${END}`;
}

const numberIn = (token: string): string => (token.length < SHORTEST_NUMBER ? token : `'${token}'${END}`);

/** The JSON of a text, whatever a policy has put in it. Throws a TypeError for what is none. */
export function toJson(text: string): string {
  const written: string[] = [];
  const quotes = /["'`]/g;
  let at = 0;
  for (;;) {
    quotes.lastIndex = at;
    const found = quotes.exec(text);
    if (found === null) break;
    const end = text.indexOf(END, found.index);
    if (end < found.index + 2 || text.charAt(end - 1) !== found[0])
      throw new TypeError("a string of it has no end");
    written.push(text.slice(at, found.index), jsonOf(found[0], text.slice(found.index + 1, end - 1)));
    at = end + END.length;
  }
  written.push(text.slice(at));
  return written.join("");
}

function jsonOf(quote: string, content: string): string {
  if (quote === "'" && SCALAR.test(content)) return content;
  const own = quote === "`" && content.endsWith(BLOCK_END) ? content.slice(0, -BLOCK_END.length) : content;
  return JSON.stringify(
    own.replace(UNESCAPED, (_, unit?: string) =>
      unit === undefined ? "" : String.fromCharCode(Number.parseInt(unit, 16)),
    ),
  );
}
