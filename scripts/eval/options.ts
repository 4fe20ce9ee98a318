import { parseArgs } from "node:util";
import { Failure, messageOf } from "../shell/failure.js";

export interface EvalOptions {
  readonly data: string;
  /** A service that runs already; else one is started. */
  readonly url: string | undefined;
  /** A Redis to use, and to keep the cache of embeddings in; else one is started and thrown away. */
  readonly redis: string | undefined;
  /** Conversations of each data set to look at; undefined: all. */
  readonly sample: number | undefined;
  readonly captions: boolean;
  /** Move each conversation in time, so that it ends now: then trust differs by age, as it does in use. */
  readonly toNow: boolean;
  /** Consolidate each conversation, and ask the default once more. */
  readonly consolidate: boolean;
  readonly json: string | undefined;
  /** Keep the figures of each data set for docs. */
  readonly save: boolean;
  /** How long to wait before the questions; see `evaluate`. Seconds. */
  readonly settleSeconds: number;
}

const USAGE = `usage: npm run eval -- --data DIR [options]

  --data DIR       a folder with docs.jsonl and queries.jsonl, or a folder of such folders
  --sample N       only the first N conversations of each data set
  --json FILE      write the figures to a file too
  --save           keep the figures in scripts/bench/results, with date and commit, for bench --update-docs
  --settle N       wait N seconds between writing and asking (default 90): until Redis has collected stale postings
  --to-now         move each conversation in time so that it ends now: trust falls with age for a year
  --consolidate    then consolidate each conversation, and ask the default once more
  --no-captions    leave out the captions of shared pictures
  --redis URL      use this Redis, and keep the cache of embeddings in it for the next run
                   (everything else under its mneme-eval-* prefixes is removed first)
  --url URL        use the service that runs there, in namespaces of its own: eval-<random>.*`;

export function parseOptions(args: readonly string[]): EvalOptions {
  const { values } = parse(args);
  if (values.help === true) throw new Failure(USAGE);
  if (values.data === undefined) throw new Failure(`--data DIR is missing.\n\n${USAGE}`);
  if (values.url !== undefined && values.redis !== undefined) {
    throw new Failure("--url names a running service, which has its own Redis: leave out --redis.");
  }
  return {
    data: values.data,
    url: values.url,
    redis: values.redis,
    sample: values.sample === undefined ? undefined : wholeNumber("--sample", values.sample, 1),
    captions: values.captions,
    toNow: values["to-now"],
    consolidate: values.consolidate,
    json: values.json,
    save: values.save,
    settleSeconds: wholeNumber("--settle", values.settle, 0),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowNegative: true,
      options: {
        data: { type: "string" },
        url: { type: "string" },
        redis: { type: "string" },
        sample: { type: "string" },
        captions: { type: "boolean", default: true },
        "to-now": { type: "boolean", default: false },
        consolidate: { type: "boolean", default: false },
        json: { type: "string" },
        save: { type: "boolean", default: false },
        settle: { type: "string", default: "90" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    throw new Failure(`${messageOf(error)}\n\n${USAGE}`);
  }
}

function wholeNumber(name: string, text: string, least: number): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isInteger(value) && value >= least) return value;
  throw new Failure(`${name} must be a whole number from ${least}, not "${text}".`);
}
