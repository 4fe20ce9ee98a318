/**
 * A JSONPath as a caller may write it, read here and written again for RedisJSON.
 *
 * RedisJSON quotes a path that it can't read in its error, and RedisJSON 2.8 aborts the server over some characters of
 * that text, and over a place that fits no 64-bit integer. So no text of a caller reaches it as a path: every name is
 * written in quotes, every number as digits, and what this file can't read is refused.
 */

export interface JsonPath {
  /** The path for RedisJSON. */
  readonly text: string;
  readonly steps: readonly Step[];
}

/** A path that reads. */
export interface ReadPath extends JsonPath {
  /** Paths whose matches, one after the other, are this path's. */
  readonly parts: readonly string[];
}

export type Step =
  | { readonly kind: "names"; readonly descends: boolean; readonly names: readonly string[] }
  | { readonly kind: "places"; readonly descends: boolean; readonly places: readonly number[] }
  | { readonly kind: "slice"; readonly descends: boolean; readonly bounds: SliceBounds }
  | { readonly kind: "all"; readonly descends: boolean }
  /** `text`: the filter, written for RedisJSON. */
  | { readonly kind: "filter"; readonly descends: boolean; readonly text: string };

interface SliceBounds {
  readonly from: number | undefined;
  readonly to: number | undefined;
  readonly by: number | undefined;
}

/** The problem of a path, as a sentence. */
export class PathProblem extends Error {
  override readonly name = "PathProblem";
}

const MAX_PLACE = 2 ** 31 - 1;
const MAX_PARENTHESES = 16;

/** Any letter beyond ASCII, and what RedisJSON takes in a name without quotes. */
const BARE_NAME = /[A-Za-z0-9_`~+#%$^/:\u0080-\u{10FFFF}-]+/uy;
const INTEGER = /-?(?:0|[1-9][0-9]*)(?![0-9])/y;
const DECIMAL = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?(?![0-9.])/y;
const WORD = /(?:true|false|null)(?![A-Za-z0-9_])/y;
const COMPARISON = /==|!=|<=|>=|<|>/y;
const RELATION = /&&|\|\|/y;
const ESCAPES: Readonly<Record<string, string>> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };

/** Throws a {@link PathProblem} if the text isn't a JSONPath, or isn't one that this service accepts. */
export function parseJsonPath(path: string): JsonPath {
  const steps = new Parser(path).steps();
  return { text: `$${steps.map(writeStep).join("")}`, steps };
}

export function writeStep(step: Step): string {
  return `${step.descends ? ".." : ""}[${writeSelector(step)}]`;
}

function writeSelector(step: Step): string {
  switch (step.kind) {
    case "names":
      return step.names.map(writeName).join(",");
    case "places":
      return step.places.length === 1 ? step.places.map(writePlace).join("") : step.places.join(",");
    case "slice": {
      const { from = "", to = "", by } = step.bounds;
      return `${from}:${to}${by === undefined ? "" : `:${by}`}`;
    }
    case "all":
      return "*";
    case "filter":
      return `?${step.text}`;
  }
}

/** A place before an array's beginning is its first element for RedisJSON 2.8; a slice of one element isn't. */
function writePlace(place: number): string {
  if (place >= 0) return String(place);
  return place === -1 ? "-1:" : `${place}:${place + 1}`;
}

/** In reads, RedisJSON knows these two escapes in quotes, and no others. */
function writeName(name: string): string {
  const quote = name.includes('"') && !name.includes("'") ? "'" : '"';
  return `${quote}${name.replace(/["'\\]/g, (each) => (each === "\\" || each === quote ? `\\${each}` : each))}${quote}`;
}

class Parser {
  readonly #text: string;
  #at = 0;
  #parentheses = 0;

  constructor(text: string) {
    this.#text = text;
  }

  steps(): Step[] {
    if (!this.#take("$")) throw new PathProblem("Must be a JSONPath, which begins with $.");
    const steps: Step[] = [];
    for (this.#skip(); this.#at < this.#text.length; this.#skip()) steps.push(this.#step());
    return steps;
  }

  #step(): Step {
    if (this.#take("..")) {
      this.#skip();
      if (this.#take("[")) return this.#bracket(true);
      return this.#bare(true);
    }
    if (this.#take(".")) {
      if (this.#take("[")) return this.#bracket(false);
      return this.#bare(false);
    }
    if (this.#take("[")) return this.#bracket(false);
    throw this.#expected("., .. or [");
  }

  #bare(descends: boolean): Step {
    if (this.#take("*")) return { kind: "all", descends };
    const name = this.#match(BARE_NAME);
    if (name === undefined) throw this.#expected("a name or *");
    return { kind: "names", descends, names: [name] };
  }

  #bracket(descends: boolean): Step {
    this.#skip();
    const step = this.#selector(descends);
    this.#skip();
    if (!this.#take("]")) throw this.#expected("]");
    return step;
  }

  #selector(descends: boolean): Step {
    if (this.#take("*")) return { kind: "all", descends };
    if (this.#take("?")) {
      this.#skip();
      return { kind: "filter", descends, text: this.#filter() };
    }
    if (this.#isQuote()) return { kind: "names", descends, names: this.#list(() => this.#quoted()) };
    const from = this.#place();
    this.#skip();
    if (this.#text[this.#at] === ":") return { kind: "slice", descends, bounds: this.#slice(from) };
    if (from === undefined) throw this.#expected("a name in quotes, an index, a slice, * or a filter");
    const rest = this.#take(",") ? this.#list(() => this.#place()) : [];
    return { kind: "places", descends, places: [...new Set([from, ...rest])] };
  }

  #slice(from: number | undefined): SliceBounds {
    this.#take(":");
    this.#skip();
    const to = this.#place();
    this.#skip();
    if (!this.#take(":")) return { from, to, by: undefined };
    this.#skip();
    const by = this.#place();
    if (by !== undefined && by < 1) throw this.#problem("The step of a slice must be 1 or more");
    return { from, to, by };
  }

  /** The members of the list, each once: RedisJSON would return a match for each repetition. */
  #list<T>(read: () => T | undefined): T[] {
    const found = new Set<T>();
    do {
      this.#skip();
      const next = read();
      if (next === undefined) throw this.#expected("another index");
      found.add(next);
      this.#skip();
    } while (this.#take(","));
    return [...found];
  }

  #filter(): string {
    let text = this.#condition();
    for (this.#skip(); ; this.#skip()) {
      const relation = this.#match(RELATION);
      if (relation === undefined) return text;
      this.#skip();
      text += relation + this.#condition();
    }
  }

  #condition(): string {
    if (this.#take("(")) {
      if (++this.#parentheses > MAX_PARENTHESES) {
        throw new PathProblem(`Must not hold more than ${MAX_PARENTHESES} parentheses.`);
      }
      this.#skip();
      const inner = this.#filter();
      if (!this.#take(")")) throw this.#expected(")");
      return `(${inner})`;
    }
    const left = this.#term();
    this.#skip();
    const comparison = this.#match(COMPARISON);
    if (comparison === undefined) return left;
    this.#skip();
    return `${left}${comparison}${this.#term()}`;
  }

  #term(): string {
    if (this.#take("@")) return `@${this.#own()}`;
    if (this.#isQuote()) return this.#constant();
    const word = this.#match(WORD);
    if (word !== undefined) return word;
    const number = this.#match(DECIMAL);
    if (number !== undefined) return this.#decimal(number);
    throw this.#expected("@ with names and indexes, or a constant");
  }

  /** Names and places of the element that is tried: a filter that could look elsewhere would multiply the work. */
  #own(): string {
    let text = "";
    for (;;) {
      if (this.#take("..") || this.#take(".*")) throw this.#expected("a name or an index");
      if (this.#take(".") && this.#text[this.#at] !== "[") {
        const name = this.#match(BARE_NAME);
        if (name === undefined) throw this.#expected("a name");
        text += `["${name}"]`;
      } else if (this.#take("[")) {
        this.#skip();
        const place = this.#isQuote() ? this.#constant() : this.#place();
        if (place === undefined) throw this.#expected("a name in quotes or an index");
        this.#skip();
        if (!this.#take("]")) throw this.#expected("]");
        text += `[${typeof place === "number" ? writePlace(place) : place}]`;
      } else {
        return text;
      }
    }
  }

  /** In a filter RedisJSON reads the escape of a backslash, but not that of a quote. */
  #constant(): string {
    const value = this.#quoted();
    if (value.includes('"') && value.includes("'")) {
      throw new PathProblem("A text in a filter must not hold both kinds of quotes.");
    }
    return writeName(value);
  }

  /** RedisJSON reads digits with a point, without an exponent. */
  #decimal(text: string): string {
    const written = String(Number(text));
    if (/[eIN]/.test(written)) throw this.#problem("A number in a filter must lie between 1e-6 and 1e21");
    return written;
  }

  #place(): number | undefined {
    const digits = this.#match(INTEGER);
    if (digits === undefined) return undefined;
    const place = Number(digits);
    if (Math.abs(place) > MAX_PLACE) {
      throw this.#problem(`An index must lie between -${MAX_PLACE} and ${MAX_PLACE}`);
    }
    // -0 is 0.
    return place + 0;
  }

  #isQuote(): boolean {
    return this.#text[this.#at] === '"' || this.#text[this.#at] === "'";
  }

  #quoted(): string {
    const quote = this.#text[this.#at];
    if (quote !== '"' && quote !== "'") throw this.#expected("a name in quotes");
    let value = "";
    for (this.#at++; ; this.#at++) {
      const character = this.#text[this.#at];
      if (character === undefined) throw this.#expected("the closing quote");
      if (character === quote) break;
      value += character === "\\" ? this.#escape() : character;
    }
    this.#at++;
    if (!value.isWellFormed()) {
      throw new PathProblem("Must be well-formed Unicode (it has a lone surrogate).");
    }
    // RedisJSON skips it, and would find another name.
    if (value.startsWith(" ")) throw this.#problem("A text in quotes must not begin with a space");
    return value;
  }

  /** Leaves the position on the escape's last character. */
  #escape(): string {
    const character = this.#text[++this.#at] ?? "";
    if (character !== "" && "\\/\"'".includes(character)) return character;
    const control = Object.hasOwn(ESCAPES, character) ? ESCAPES[character] : undefined;
    if (control !== undefined) return control;
    const digits = this.#text.slice(this.#at + 1, this.#at + 5);
    if (character !== "u" || !/^[0-9A-Fa-f]{4}$/.test(digits)) throw this.#expected("a JSON escape sequence");
    this.#at += 4;
    return String.fromCharCode(Number.parseInt(digits, 16));
  }

  #skip(): void {
    while (this.#text[this.#at] === " ") this.#at++;
  }

  #take(token: string): boolean {
    if (!this.#text.startsWith(token, this.#at)) return false;
    this.#at += token.length;
    return true;
  }

  /** `pattern` is sticky. */
  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  #expected(what: string): PathProblem {
    return this.#problem(`This JSONPath can't be read: expected ${what}`);
  }

  /** Names the position only: a path may hold what must not be in a log. */
  #problem(sentence: string): PathProblem {
    return new PathProblem(`${sentence} (at character ${this.#at + 1}).`);
  }
}
