import { createHash } from "node:crypto";
import { indexText } from "../../memory/text/terms.js";
import type { RedisGateway } from "../connection/client.js";
import type { MemoryDocument } from "../codec/document.js";
import { readDocument } from "../codec/decode.js";
import { refOfKey } from "../keys.js";
import type { Keys } from "../keys.js";
import { RECORD_SCHEMAS, latestOf } from "./record-schemas.js";
import type { RecordChange, RecordSchema, StoredRecord } from "./record-schemas.js";
import { CODE, meaningOf } from "../scripts/codes.js";
import { FIRST_RECORD_SCHEMA, FIRST_TERMS_SCHEMA, TERMS_SCHEMA } from "../schemas.js";

/** The schemas to upgrade to. */
export interface Target {
  readonly schemas: readonly RecordSchema[];
  readonly terms: number;
  readonly toTerms: (text: string) => string;
}

export const PRESENT: Target = { schemas: RECORD_SCHEMAS, terms: TERMS_SCHEMA, toTerms: indexText };

export interface UpgradeDeps {
  readonly redis: RedisGateway;
  readonly keys: Keys;
  readonly target?: Target;
}

/** If the record keeps changing, it is left for the next round after this many tries. */
const ATTEMPTS = 5;

/** Upgrades what is stored under these keys, records and old versions. Gives how many of them were of an older schema. */
export async function upgradeRecords(deps: UpgradeDeps, recordKeys: readonly string[]): Promise<number> {
  const { redis } = deps;
  if (recordKeys.length === 0) return 0;
  const texts = await redis.run((client) => Promise.all(recordKeys.map((key) => readText(client, key))));
  const upgraded = [];
  for (const [index, text] of texts.entries()) {
    const key = recordKeys[index];
    if (key !== undefined && text !== undefined) upgraded.push(await upgradeRecord(deps, key, text));
  }
  return upgraded.filter(Boolean).length;
}

/** Whether it had an older schema and no longer has. */
async function upgradeRecord(deps: UpgradeDeps, key: string, read: string): Promise<boolean> {
  const { redis, keys, target = PRESENT } = deps;
  let text: string | undefined = read;
  for (let attempt = 0; attempt < ATTEMPTS && text !== undefined; attempt++) {
    const record = recordOf(key, text);
    const change = record === undefined ? undefined : changeOf(record, target);
    if (record === undefined || change === undefined) return false;
    const { hash, ...patch } = change;
    const moves = hash === undefined || record.version !== undefined || hash === record.document.index.hash;
    const { namespace } = refOfKey(key);
    const hashKeys = moves
      ? []
      : [keys.contentHash(namespace, record.document.index.hash), keys.contentHash(namespace, hash)];
    const expected = createHash("sha1").update(text).digest("hex");
    const args = [expected, JSON.stringify(patch), record.id];
    const [code] = await redis.run((client) => client.upgradeRecord([key, ...hashKeys], args));
    const done = meaningOf<boolean | "changed">("migrations/lua/upgrade", code, {
      [CODE.DONE]: true,
      [CODE.MISSING]: false,
      [CODE.CONFLICT]: "changed",
    });
    if (done !== "changed") return done;
    text = await redis.run((client) => readText(client, key));
  }
  return false;
}

/** The changes of several steps. */
interface RecordPatch {
  readonly memory?: Readonly<Record<string, unknown>>;
  readonly index?: Readonly<Record<string, unknown>>;
  readonly hash?: string | undefined;
}

/** Undefined: it isn't a memory, or has the present schema. */
export function changeOf(record: StoredRecord, target: Target): RecordPatch | undefined {
  const { index } = record.document;
  const { schema = FIRST_RECORD_SCHEMA, terms = FIRST_TERMS_SCHEMA } = index;
  const latest = latestOf(target.schemas);
  if (schema >= latest && terms >= target.terms) return undefined;
  let document = record.document;
  let hash: string | undefined;
  let patch: Omit<RecordPatch, "hash"> = {};
  for (const step of target.schemas.filter(({ number }) => number > schema)) {
    const change = step.upgrade({ ...record, document });
    hash = change.hash ?? hash;
    patch = {
      memory: { ...patch.memory, ...change.memory },
      index: { ...patch.index, ...change.index, ...(change.hash === undefined ? {} : { hash: change.hash }) },
    };
    document = patched(document, change);
  }
  const { facets } = document.index;
  const grown = facets === index.facets ? {} : { facets };
  const words = terms < target.terms ? termsOf(document, target) : {};
  const numbers = { schema: Math.max(schema, latest), terms: Math.max(terms, target.terms) };
  return { ...patch, index: { ...patch.index, ...grown, ...words, ...numbers }, hash };
}

function termsOf({ memory, index }: MemoryDocument, { toTerms }: Target): Readonly<Record<string, string>> {
  return {
    // A stub's content is an excerpt, so it keeps its words until it comes back.
    ...(memory.archived === undefined ? { text: toTerms(memory.content) } : {}),
    ...(index.preceding === undefined ? {} : { context: toTerms(index.preceding) }),
  };
}

/** The document for the steps after it. */
function patched(document: MemoryDocument, { memory, index, facets, hash }: RecordChange): MemoryDocument {
  return {
    ...document,
    memory: { ...document.memory, ...memory },
    index: {
      ...document.index,
      ...index,
      // What scripts have changed of its facets stays.
      ...(facets === undefined ? {} : { facets: [...new Set([...document.index.facets, ...facets])] }),
      ...(hash === undefined ? {} : { hash }),
    },
  };
}

function recordOf(key: string, text: string): StoredRecord | undefined {
  const document = readDocument(text);
  const { id, version } = refOfKey(key);
  return document === undefined ? undefined : { id, version, document };
}

async function readText(client: UpgradeDeps["redis"]["client"], key: string): Promise<string | undefined> {
  const reply: unknown = await client.sendCommand(["JSON.GET", key, "$"]);
  return typeof reply === "string" ? reply : undefined;
}
