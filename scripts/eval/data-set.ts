import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { z } from "zod";
import { Failure } from "../shell/failure.js";

const line = {
  doc: z.object({
    ns: z.string(),
    /** Unique within `ns` only. */
    id: z.string(),
    session: z.union([z.string(), z.number()]).transform(String),
    ts: z.string().nullish(),
    speaker: z.string(),
    text: z.string(),
    caption: z.string().nullish(),
  }),
  query: z.object({
    ns: z.string(),
    qid: z.string(),
    q: z.string(),
    category: z.string(),
    /** Ids of the documents that answer it; empty: nothing does. */
    evidence: z.array(z.string()),
  }),
};

export type Doc = z.output<typeof line.doc>;
export type Query = z.output<typeof line.query>;

/** One `ns` of a data set: what is searched together. */
export interface Conversation {
  readonly ns: string;
  /** In order of time. */
  readonly docs: readonly Doc[];
  /** Those with evidence. */
  readonly queries: readonly Query[];
  /** Those without: nothing in it answers them. */
  readonly unanswered: readonly Query[];
}

export interface DataSet {
  readonly name: string;
  readonly conversations: readonly Conversation[];
  /** Queries without evidence: they don't measure what is found, only whether recall reports that nothing is. */
  readonly skipped: number;
}

/** The data sets of a folder: itself if it holds one, else its sub-folders. */
export function loadDataSets(dir: string, sample: number | undefined): DataSet[] {
  const root = resolve(dir);
  if (!existsSync(root)) throw new Failure(`There is no folder ${root}.`);
  const folders = isDataSet(root)
    ? [root]
    : readdirSync(root)
        .toSorted()
        .map((name) => join(root, name))
        .filter(isDataSet);
  if (folders.length === 0) {
    throw new Failure(`Neither ${root} nor a folder in it has docs.jsonl and queries.jsonl.`);
  }
  return folders.map((folder) => loadDataSet(folder, sample));
}

function isDataSet(folder: string): boolean {
  return existsSync(join(folder, "docs.jsonl")) && existsSync(join(folder, "queries.jsonl"));
}

function loadDataSet(folder: string, sample: number | undefined): DataSet {
  const docs = byNamespace(readLines(join(folder, "docs.jsonl"), line.doc));
  const queries = byNamespace(readLines(join(folder, "queries.jsonl"), line.query));
  const chosen = [...docs].slice(0, sample);
  const asked = chosen.flatMap(([ns]) => queries.get(ns) ?? []);
  return {
    name: basename(folder),
    conversations: chosen.map(([ns, own]) => ({
      ns,
      docs: own,
      queries: (queries.get(ns) ?? []).filter(({ evidence }) => evidence.length > 0),
      unanswered: (queries.get(ns) ?? []).filter(({ evidence }) => evidence.length === 0),
    })),
    skipped: asked.filter(({ evidence }) => evidence.length === 0).length,
  };
}

function byNamespace<Item extends { readonly ns: string }>(items: readonly Item[]): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const group = groups.get(item.ns);
    if (group === undefined) groups.set(item.ns, [item]);
    else group.push(item);
  }
  return groups;
}

function readLines<Schema extends z.ZodType>(file: string, schema: Schema): z.output<Schema>[] {
  return readFileSync(file, "utf8")
    .split("\n")
    .flatMap((text, index) => (text.trim() === "" ? [] : [parseLine(text, `${file}:${index + 1}`, schema)]));
}

function parseLine<Schema extends z.ZodType>(text: string, place: string, schema: Schema): z.output<Schema> {
  try {
    return schema.parse(JSON.parse(text));
  } catch (error) {
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    throw new Failure(`${place} is not as the format asks: ${reason}`);
  }
}
