const PROSE =
  "The warehouse in Graz closes at 18:00 on Fridays, and Maria doesn't like that. Is order CX-7742-B there? ";

const REPEATED: Readonly<Record<string, string>> = {
  letters: "a",
  capitals: "A",
  digits: "1",
  "full stops": ".",
  commas: ",",
  dashes: "-",
  underscores: "_",
  slashes: "/",
  backslashes: "\\",
  "question marks": "?",
  exclamation: "!",
  "at signs": "@",
  apostrophes: "'",
  "double quotes": '"',
  "curly quotes": "“",
  brackets: "((",
  "closing brackets": "]",
  "opening tags": "<",
  spaces: " ",
  "line breaks": "\n",
  "carriage returns": "\r",
  tabs: "\t",
  "wide spaces": "\u3000",
  "combining marks": "\u0301",
  "letters with marks": "a\u0301",
  emoji: "😀",
  joiners: "\u200d",
  Han: "漢",
  Hangul: "가",
  Thai: "ก",
  "characters that NFKC expands": "\ufdfa",
  "dotted letters": "a.",
  "dotted and spaced letters": "a.a.a. ",
  "short sentences": "A b. ",
  "short lines": "a\n",
  "escaped quotes": '\\"',
  "quoted letters": "'a ",
  "camel case": "aB",
  amounts: "1,299 ",
  identifiers: "a1-",
  "letters and numbers": "LH 1 ",
  mail: "x@y.",
  speakers: "Ab: ",
  negations: "n't",
  "instructions that don't end": "ignore ",
  "small words": "so very ",
};

/** Text that a pattern of more than linear time takes seconds for; `size` characters each, and what they are. */
export function* hostileTexts(size: number): Generator<readonly [name: string, text: string]> {
  for (const [name, unit] of Object.entries(REPEATED)) {
    const run = fill(unit, size);
    yield [name, run];
    // A run at an end is found at once: in the middle, trimming has to look for its end from each of its characters.
    yield [`${name} between words`, `My favourite tea is 1${fill(unit, size - 40)}a and I live in Graz`];
  }
}

export function prose(size: number): string {
  return fill(PROSE, size);
}

function fill(unit: string, size: number): string {
  return unit
    .repeat(Math.ceil(size / unit.length))
    .slice(0, size)
    .toWellFormed();
}
