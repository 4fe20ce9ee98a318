import { parseArgs } from "node:util";
import { Failure, messageOf } from "../shell/failure.js";
import { PARTS } from "./parts.js";

export interface BenchOptions {
  readonly parts: readonly string[];
  readonly records: readonly number[];
  readonly samples: number;
  /** Folders of other checkouts, whose builds the part `cost` measures too. */
  readonly against: readonly string[];
  readonly json: string | undefined;
  /** Keep the figures of each part for docs. */
  readonly save: boolean;
  /** Measure nothing: write the figures that were kept into docs. */
  readonly updateDocs: boolean;
}

const USAGE = `usage: npm run bench -- [PART ...] [options]

  PART             ${[...PARTS.keys()].join(", ")}; all of them when none is named
  --records LIST   how many records to measure at, such as 1000,10000 (default 1000,10000,100000)
  --samples N      measured pairs of each cheap operation (default 600)
  --against DIR    a built checkout to compare with, for the part cost; may be repeated
  --json FILE      write the figures to a file too
  --save           keep the figures of each part in scripts/bench/results, with date and commit
  --update-docs    measure nothing: write the figures kept there into docs/benchmarks.md and docs/recall.md`;

const MAX_RECORDS = 10_000_000;

export function parseOptions(args: readonly string[]): BenchOptions {
  const { values, positionals } = parse(args);
  if (values.help === true) throw new Failure(USAGE);
  const unknown = positionals.filter((name) => !PARTS.has(name));
  if (unknown.length > 0) throw new Failure(`There is no part "${unknown.join('", "')}".\n\n${USAGE}`);
  return {
    parts: positionals.length === 0 ? [...PARTS.keys()] : positionals,
    records: values.records
      .split(",")
      .map((text) => wholeNumber("--records", text, MAX_RECORDS))
      .toSorted((a, b) => a - b),
    samples: wholeNumber("--samples", values.samples, 1_000_000),
    against: values.against,
    json: values.json,
    save: values.save,
    updateDocs: values["update-docs"],
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        records: { type: "string", default: "1000,10000,100000" },
        samples: { type: "string", default: "600" },
        against: { type: "string", multiple: true, default: [] },
        json: { type: "string" },
        save: { type: "boolean", default: false },
        "update-docs": { type: "boolean", default: false },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    throw new Failure(`${messageOf(error)}\n\n${USAGE}`);
  }
}

function wholeNumber(name: string, text: string, max: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= max) return value;
  throw new Failure(`${name} takes whole numbers from 1 to ${max}, not "${text}".`);
}
