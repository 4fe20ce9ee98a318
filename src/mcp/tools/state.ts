import { z } from "zod";
import { LIMITS } from "../../domain/limits.js";
import { apiPath, bodyOf, queryOf } from "../api.js";
import { quoted } from "../quoted.js";
import { defineTool } from "../tool.js";
import type { Tool } from "../tool.js";

const key = z.string().min(1).describe("Key of the document, such as order:7742.");

const document = z.object({
  key: z.string(),
  value: z.unknown(),
  version: z.int().describe("Version of the document; it rises with each change."),
  updated_at: z.string(),
  expires_at: z.string().nullable(),
});

const getState = defineTool({
  name: "get_state",
  title: "Read a state document",
  description:
    "Reads a JSON document that says what is true right now, such as an order's status. Use when you need the exact present value under a known key. Not for knowledge in words (recall). Returns the value with its version.",
  input: z.strictObject({
    key,
    path: z.string().optional().describe("JSONPath of the part to read, such as $.status. Default: all."),
    as_of: z.string().optional().describe("RFC 3339 time: the value then. Default: now."),
  }),
  output: document,
  text: (result) => quoted([result]),
  needs: ["read"],
  annotations: { readOnlyHint: true, openWorldHint: false },
  run: async ({ call, namespace }, { key: name, ...query }) => {
    const path = apiPath`/v1/namespaces/${namespace}/state/${name}` + queryOf(query);
    return document.parse(await bodyOf(call, { method: "GET", path }));
  },
});

const setState = defineTool({
  name: "set_state",
  title: "Write a state document",
  description:
    "Writes a whole JSON document under a key, replacing what was there; earlier versions stay readable for a while. Use when something that is true right now has changed as a whole. Not for changing parts of it (patch_state), and not for knowledge in words (remember). Returns the document with its new version.",
  input: z.strictObject({
    key,
    value: z.unknown().describe("Any JSON value."),
    ttl_seconds: z.int().min(1).max(LIMITS.ttlSeconds).optional(),
  }),
  output: document,
  text: (result) => quoted([result]),
  needs: ["write", "read"],
  annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: false },
  run: async ({ call, namespace }, { key: name, ...body }) => {
    const path = apiPath`/v1/namespaces/${namespace}/state/${name}`;
    return document.parse(await bodyOf(call, { method: "PUT", path, body }));
  },
});

const patchState = defineTool({
  name: "patch_state",
  title: "Change parts of a state document",
  description:
    "Applies a JSON merge patch (RFC 7396): the given members are set, a member that is null is removed, all others stay. Use when parts of a document have changed. Not for replacing it as a whole (set_state). Returns the document with its new version.",
  input: z.strictObject({ key, patch: z.record(z.string(), z.unknown()) }),
  output: document,
  text: (result) => quoted([result]),
  needs: ["write", "read"],
  annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: false },
  run: async ({ call, namespace }, { key: name, patch }) => {
    const path = apiPath`/v1/namespaces/${namespace}/state/${name}`;
    return document.parse(await bodyOf(call, { method: "PATCH", path, body: patch }));
  },
});

const deleteState = defineTool({
  name: "delete_state",
  title: "Delete a state document",
  description:
    "Deletes the document under a key. Use when what it describes no longer exists. Not for emptying it (set_state). Returns the key.",
  input: z.strictObject({ key }),
  output: z.object({ key: z.string(), deleted: z.literal(true) }),
  needs: ["write"],
  annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: false },
  run: async ({ call, namespace }, { key: name }) => {
    await bodyOf(call, { method: "DELETE", path: apiPath`/v1/namespaces/${namespace}/state/${name}` });
    return { key: name, deleted: true as const };
  },
});

export const STATE_TOOLS: readonly Tool[] = [getState, setState, patchState, deleteState];
