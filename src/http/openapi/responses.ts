import { z } from "@hono/zod-openapi";
import { problemView } from "./problem-schema.js";
import { headerOf } from "./response-headers.js";
import { memoryId, namespace } from "./primitives.js";

export const namespaceParam = z.strictObject({ ns: namespace });
export const memoryParams = z.strictObject({
  ns: namespace,
  id: memoryId.openapi({ description: "Id of the memory." }),
});

/** An ETag of ours, or `*`, for the document. */
export const IF_MATCH = '^("[0-9]{1,15}"|\\*)$';

export const ifMatch = z.object({
  "if-match": z.string().optional().openapi({
    pattern: IF_MATCH,
    description:
      "The ETag of the expected version, or `*` for any. The answer is 412 if another version is current.",
  }),
});

export function jsonBody<Schema extends z.ZodType>(schema: Schema) {
  return { required: true, content: { "application/json": { schema } } };
}

/** A body that defaults to {}. Its route needs the middleware `optionalBody`, which accepts an empty one. */
export function optionalJsonBody<Schema extends z.ZodType>(schema: Schema) {
  return { required: false, content: { "application/json": { schema } } };
}

export function jsonResponse<Schema extends z.ZodType>(
  schema: Schema,
  description: string,
  ...headers: ("ETag" | "Location")[]
) {
  const content = { "application/json": { schema } };
  if (headers.length === 0) return { description, content };
  const described = Object.fromEntries(headers.map((name) => [name, headerOf(name)]));
  return { description, content, headers: described };
}

export const problem = { content: { "application/problem+json": { schema: problemView } } };

/** The refusals that any route may answer with. */
export const problems = {
  400: { ...problem, description: "The request is not valid; `errors` names each invalid field." },
  401: {
    ...problem,
    description: "The API key is missing or not valid. The response is the same in both cases.",
  },
  403: {
    ...problem,
    description:
      "The API key has no grant for this act, whether or not the resource exists (forbidden). Without API keys: a web page of another origin sent the request (cross_origin).",
  },
  429: { ...problem, description: "Too many requests with this key; try again after Retry-After seconds." },
  503: {
    ...problem,
    description:
      "Too many requests of this kind are waiting (overloaded), or Redis can't serve now; try again after Retry-After seconds (redis_unavailable, redis_loading, redis_busy, redis_readonly, redis_replicas_missing, redis_too_many_clients, acl_denied, index_missing). The audit trail is damaged, so nothing was done (audit_unavailable). The write is not confirmed to be on disk (durability_unconfirmed). An archived memory can't be read (archive_unavailable, archive_damaged).",
  },
  507: {
    ...problem,
    description:
      "Redis has no memory left for the write or for its audit entry (redis_out_of_memory), or can't write to its disk (redis_disk_full).",
  },
} as const;

export const notFound = {
  404: { ...problem, description: "There is no such memory in this namespace." },
} as const;
export const entityMissing = {
  404: { ...problem, description: "There is no such entity in this namespace." },
} as const;
export const itemMissing = {
  404: { ...problem, description: "There is no memory under this key in this namespace." },
} as const;
export const itemRace = {
  412: { ...problem, description: "Precondition failed (If-Match / If-None-Match)." },
} as const;
export const threadMissing = {
  404: { ...problem, description: "There is no such thread in this namespace." },
} as const;
export const consolidationMissing = {
  404: { ...problem, description: "There is no such run in this namespace." },
} as const;
export const consolidationBusy = {
  409: {
    ...problem,
    description:
      "Another run is in progress in this namespace (consolidation_busy). For an undo also: this run is not finished, or is already undone (consolidation_unfit).",
  },
} as const;
export const migrationMissing = {
  404: { ...problem, description: "There is no such embedding migration. Only the latest one is kept." },
} as const;
export const migrationUnfit = {
  409: {
    ...problem,
    description:
      "The step isn't possible in the migration's status, another migration isn't finished, or no other model is configured (migration_unfit).",
  },
} as const;
export const exportMissing = {
  404: { ...problem, description: "There is no such export among those of this key." },
} as const;
export const erasureMissing = {
  404: { ...problem, description: "There is no such erasure in the namespaces that you administer." },
} as const;
export const importMissing = {
  404: { ...problem, description: "There is no such import among those of this key." },
} as const;
export const importRefused = {
  422: {
    ...problem,
    description: "A line was refused and ended the import; `errors` names the line (import_refused).",
  },
} as const;
export const transferBusy = {
  409: {
    ...problem,
    description: "Another request is working on this export or import (transfer_busy).",
    headers: { "Retry-After": headerOf("Retry-After") },
  },
} as const;
export const transferNotReady = {
  503: {
    ...problem,
    description:
      "Redis is unavailable (redis_unavailable), it is filling the index, or records of an older release are being upgraded (transfer_not_ready); try again after Retry-After seconds.",
  },
} as const;
export const tooManyErasures = {
  429: {
    ...problem,
    description:
      "Too many requests with this key (rate_limited), or too many erasures that it started are still running (too_many_erasures); try again after Retry-After seconds.",
  },
} as const;
export const tooManyTransfers = {
  429: {
    ...problem,
    description:
      "Too many requests with this key (rate_limited), or too many exports or imports of it are under way (too_many_transfers); try again after Retry-After seconds.",
  },
} as const;
/** Lines of an export, as they are in the file. */
export const partBody = {
  required: true,
  content: { "application/octet-stream": { schema: z.string().openapi({ format: "binary" }) } },
} as const;
export const receiptMissing = {
  404: { ...problem, description: "There is no such receipt among those that you may read." },
} as const;
export const keyMissing = {
  404: { ...problem, description: "There is no such key among those that you administer." },
} as const;
export const keyRefused = {
  409: {
    ...problem,
    description:
      "Keys in namespaces that you don't administer use the agent's name (agent_taken), or your key has created the maximum number of keys (too_many_keys).",
  },
} as const;
export const lostRace = {
  412: { ...problem, description: "The current version of the memory isn't the one in If-Match." },
} as const;
export const historyExpired = {
  410: { ...problem, description: "`as_of` is older than the versions that are kept." },
} as const;
export const settingsRace = {
  412: { ...problem, description: "The current version of the settings isn't the one in If-Match." },
} as const;
export const conflict = {
  409: {
    ...problem,
    description:
      "This part of the memory can't be changed (immutable_memory), or another memory already has this content (duplicate_content). For a publication: the target namespace already holds an independent memory with this content (publish_conflict).",
  },
} as const;
export const contradicted = {
  409: { ...problem, description: "Too many facts contradict this one (too_many_contradictions)." },
} as const;
/** The refusals of a body before it is looked into. */
export const unfitBody = {
  408: { ...problem, description: "The body didn't arrive within MNEME_BODY_TIMEOUT_MS." },
  413: {
    ...problem,
    description:
      "The body is too large (payload_too_large), or its text is too large in Unicode's compatibility form NFKC, in which it is indexed (text_too_large).",
  },
  415: { ...problem, description: "The Content-Type isn't application/json." },
} as const;
export const unfitPart = {
  408: { ...problem, description: "The body didn't arrive within MNEME_BODY_TIMEOUT_MS." },
  413: { ...problem, description: "The part is too large (payload_too_large)." },
  415: { ...problem, description: "The Content-Type isn't application/octet-stream." },
} as const;
/** The answer to a write that exceeds a limit; nothing of it is done. */
export const full = {
  507: {
    ...problem,
    description:
      "The namespace's quota (quota_exceeded) or Redis's memory (redis_out_of_memory) is used up, or Redis can't write to its disk (redis_disk_full).",
  },
} as const;
export const mismatch = {
  422: {
    ...problem,
    description: "The vector doesn't fit the configured embedding model (embedding_mismatch).",
  },
} as const;
const REFUSED =
  "The request contains personal data that the namespace's settings refuse (pii_rejected); `errors` names the fields and kinds.";
export const refusedData = { 422: { ...problem, description: REFUSED } } as const;
export const unfitContent = {
  422: {
    ...problem,
    description: `The vector doesn't fit the configured embedding model (embedding_mismatch). ${REFUSED}`,
  },
} as const;
