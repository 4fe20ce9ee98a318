import { parseArgs } from "node:util";
import { Failure, messageOf } from "../failure.js";

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
}

const USAGE = `usage: npm run eval -- --data DIR [options]

  --data DIR       a folder with docs.jsonl and queries.jsonl, or a folder of such folders
  --sample N       only the first N conversations of each data set
  --json FILE      write the figures to a file too
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
    sample: values.sample === undefined ? undefined : positive(values.sample),
    captions: values.captions,
    toNow: values["to-now"],
    consolidate: values.consolidate,
    json: values.json,
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
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    throw new Failure(`${messageOf(error)}\n\n${USAGE}`);
  }
}

function positive(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new Failure(`--sample must be a whole number from 1, not "${text}".`);
}
