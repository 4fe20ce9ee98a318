import { z } from "zod";

type Issue = z.core.$ZodRawIssue;

/** The kind that a value must have, by the schema's name for it. */
const KINDS: Readonly<Record<string, string>> = {
  string: "a string",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "an array",
  object: "an object",
  record: "an object",
  null: "null",
  date: "a date",
};

const UNITS: Readonly<Record<string, string>> = { string: "character", array: "element", record: "field" };

/**
 * A schema's message for an invalid value, if the schema gives none of its own: a sentence whose subject is the field,
 * in JSON's words. Undefined: there is none, and the library's own message is used.
 */
export function schemaMessage(issue: Issue): string | undefined {
  switch (issue.code) {
    case "invalid_type":
      return issue.input === undefined ? "Is required." : mustBe([kindOf(issue.expected)]);
    case "too_small":
      return sized(issue.origin, Number(issue.minimum), issue.inclusive === true ? "at least" : "more than");
    case "too_big":
      return sized(issue.origin, Number(issue.maximum), issue.inclusive === true ? "at most" : "less than");
    case "not_multiple_of":
      return `Must be a multiple of ${issue.divisor}.`;
    case "invalid_value":
      return issue.input === undefined ? "Is required." : mustBe(issue.values.map(quoted));
    case "invalid_format":
      return issue.format === "datetime"
        ? "Must be an RFC 3339 date and time."
        : "Must have the documented format.";
    case "unrecognized_keys":
      return `Unknown field${issue.keys.length === 1 ? "" : "s"}: ${issue.keys.map(quoted).join(", ")}.`;
    case "invalid_union":
      return unionMessage(issue);
    case "invalid_key":
      return "Has a field with an invalid name.";
    default:
      return "Is not valid.";
  }
}

/** Makes {@link schemaMessage} the words of all schemas of this process. */
export function speakPlainly(): void {
  z.config({ localeError: schemaMessage });
}

function sized(origin: string, bound: number, comparison: string): string {
  const unit = UNITS[origin];
  if (unit === undefined) return `Must be ${comparison} ${bound}.`;
  if (comparison === "at least" && bound === 1) return "Must not be empty.";
  return `Must have ${comparison} ${bound} ${unit}${bound === 1 ? "" : "s"}.`;
}

function unionMessage(issue: Extract<Issue, { code: "invalid_union" }>): string {
  const options = (issue as { readonly options?: readonly unknown[] }).options;
  if (options !== undefined) return mustBe(options.map(quoted));
  const kinds = issue.errors.map(([first, ...others]) =>
    first?.code === "invalid_type" && first.path.length === 0 && others.length === 0
      ? kindOf(first.expected)
      : undefined,
  );
  const known = kinds.filter((kind) => kind !== undefined);
  return known.length === kinds.length && known.length > 0
    ? mustBe(known)
    : "Doesn't match any of the allowed forms.";
}

function kindOf(expected: string): string {
  return KINDS[expected] ?? expected;
}

function quoted(value: unknown): string {
  return JSON.stringify(value) ?? String(value);
}

function mustBe(options: readonly string[]): string {
  const unique = [...new Set(options)];
  const last = unique.at(-1) ?? "";
  return unique.length < 2 ? `Must be ${last}.` : `Must be ${unique.slice(0, -1).join(", ")} or ${last}.`;
}
