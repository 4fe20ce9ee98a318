import { z } from "@hono/zod-openapi";
import { isoTime } from "../../domain/iso-time.js";
import type { JsonValue } from "../../domain/json.js";
import { LIMITS } from "../../domain/limits.js";
import type { StateDocument } from "../../state/document.js";
import { STATE_OPERATIONS } from "../../state/document.js";
import type { StateChange, StateVersion } from "../../state/ports.js";
import type { PiiCounts } from "../../pii/kinds.js";
import type { TransactOutcome } from "../../state/transact.js";
import { foundPii } from "../pii/counts-schema.js";
import { namespace, pathText, text, timeView, ttlSeconds } from "../openapi/primitives.js";

/**
 * Any text but `.` and `..`: every client resolves those, percent-encoded too, before it sends a path, so such a
 * document couldn't be named in a URL.
 */
export const stateKey = pathText(LIMITS.identifierBytes).openapi({
  description: `Text of up to ${LIMITS.identifierBytes} bytes of UTF-8, except \`.\` and \`..\`. Percent-encoded in the URL.`,
  example: "inventory/sku-42",
});

export const stateParams = z.strictObject({ ns: namespace, key: stateKey });

/** Any JSON value; {@link jsonText} checks it as it turns it into text, in one walk. */
export const stateValue = z
  .custom<JsonValue>((value) => value !== undefined, "Must be given.")
  .openapi({
    type: ["object", "array", "string", "number", "boolean", "null"],
    description: `Any JSON value: at most ${LIMITS.stateBytes} bytes, ${LIMITS.stateDepth} levels.`,
  });

export const putState = z
  .strictObject({
    value: stateValue,
    ttl_seconds: ttlSeconds.optional().openapi({
      description:
        "Seconds to live; null: no expiry. Defaults to the namespace's default. Values above the namespace's maximum are refused.",
    }),
    sliding: z.boolean().optional().openapi({ description: "Whether each GET restarts the TTL." }),
  })
  .openapi("PutState");

export const stateView = z
  .object({
    key: z.string(),
    value: stateValue,
    version: z.int().openapi({
      description:
        "Version: the sequence number of the change in its namespace. Unique and ascending, even if the document is deleted and created again.",
    }),
    updated_at: timeView,
    updated_by: z.string(),
    expires_at: timeView.nullable(),
    sliding: z.boolean(),
  })
  .openapi("State");

/** The answer to a write. */
export const writtenStateView = stateView.extend({ pii: foundPii }).openapi("WrittenState");

export type StateView = z.infer<typeof stateView>;

/** A {@link StateView} as JSON text, with the value as it came from Redis, unparsed. `pii`: what a write found. */
export function writeState(key: string, document: StateDocument, pii?: PiiCounts): string {
  return `{${stateMembers(key, document)}${piiMember(pii)}}`;
}

const piiMember = (pii: PiiCounts | undefined): string =>
  pii === undefined ? "" : `,"pii":${JSON.stringify(pii)}`;

export function stateMembers(key: string, document: StateDocument): string {
  const { json, version, updated_at, updated_by, expires_at, sliding } = document;
  const expiry = expires_at === null ? "null" : `"${isoTime(expires_at)}"`;
  return `"key":${JSON.stringify(key)},"value":${json},"version":${version},"updated_at":"${isoTime(updated_at)}","updated_by":${JSON.stringify(updated_by)},"expires_at":${expiry},"sliding":${sliding}`;
}

const operationName = z.enum(STATE_OPERATIONS).openapi({
  description:
    "Operation that created the version: `set` (PUT), `merge` (PATCH, or a deletion at a path), `delete` or `increment`.",
});

export const stateVersionView = stateView
  .extend({ op: operationName })
  .openapi("StateVersion", { description: "A version of the document. The value of a deletion is null." });

export const stateHistory = z
  .object({ versions: z.array(stateVersionView), cursor: z.string().nullable() })
  .openapi("StateHistory");

export function writeHistory(
  key: string,
  versions: readonly StateVersion[],
  cursor: string | undefined,
): string {
  const written = versions.map((version) => `{${stateMembers(key, version)},"op":"${version.op}"}`);
  return `{"versions":[${written.join(",")}],"cursor":${cursor === undefined ? "null" : `"${cursor}"`}}`;
}

const place = { key: stateKey, path: z.string().optional() };
const storedKey = text(LIMITS.identifierBytes).openapi({
  description: `Text of up to ${LIMITS.identifierBytes} bytes of UTF-8. \`.\` and \`..\` name documents that earlier releases took.`,
  example: "inventory/sku-42",
});
const ttl = {
  ttl_seconds: ttlSeconds.optional().openapi({
    description:
      "Seconds to live; null: no expiry. Without it, a document keeps its expiry; a new document, or one that is set as a whole, gets the namespace's default.",
  }),
};
const bound = z.number().optional();

export const stateOperation = z.discriminatedUnion("op", [
  z.strictObject({ op: z.literal("set"), ...place, value: stateValue, ...ttl }),
  z.strictObject({ op: z.literal("merge"), ...place, value: stateValue, ...ttl }),
  z.strictObject({ op: z.literal("delete"), ...place, key: storedKey }),
  z.strictObject({ op: z.literal("increment"), ...place, by: z.number(), min: bound, max: bound, ...ttl }),
]);

export const stateTransaction = z
  .strictObject({
    checks: z
      .array(
        z.strictObject({
          key: storedKey,
          version: z
            .int()
            .min(1)
            .nullable()
            .openapi({ description: "Expected version; null: the document must not exist." }),
        }),
      )
      .max(LIMITS.transactionKeys)
      .default([]),
    operations: z.array(stateOperation).min(1).max(LIMITS.transactionOperations),
  })
  .openapi("StateTransaction");

export const transactionResults = z
  .object({
    results: z
      .array(
        z.object({
          key: z.string(),
          version: z.int(),
          value: z.number().optional().openapi({ description: "The sum after an increment." }),
        }),
      )
      .openapi({ description: "One result per operation, in order." }),
    pii: foundPii,
  })
  .openapi("StateTransactionResults");

export function writeResults(
  operations: readonly { readonly key: string }[],
  { results, pii }: TransactOutcome,
): string {
  const written = results.map(({ version, json }, index) => {
    const value = json === undefined ? "" : `,"value":${json}`;
    return `{"key":${JSON.stringify(operations[index]?.key ?? "")},"version":${version}${value}}`;
  });
  return `{"results":[${written.join(",")}]${piiMember(pii)}}`;
}

/** The data of a server-sent event. */
export function viewChange({ key, version, op, by, at }: StateChange) {
  return { key, version, op, by, at: isoTime(at) };
}
