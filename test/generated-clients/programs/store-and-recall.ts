// Compiled by a test against the types that openapi-typescript makes of the served document, and run.
import createClient from "openapi-fetch";
import type { paths } from "./schema.js";

const [url = "", key = "", ns = ""] = process.argv.slice(2);
const client = createClient<paths>({ baseUrl: url, headers: { authorization: `Bearer ${key}` } });

const stored = await client.POST("/v1/namespaces/{ns}/memories", {
  params: { path: { ns }, header: { "Idempotency-Key": ns } },
  body: {
    content: "Customer account ID is CX-7742-B.",
    memory_type: "semantic",
    metadata: { customer: { plan: "gold" } },
  },
});
if (stored.data === undefined) throw new Error(JSON.stringify(stored.error));
const id: string = stored.data.id;

const found = await client.POST("/v1/recall", {
  body: { query: "CX-7742-B", namespaces: [ns], fusion: { method: "rrf", k: 60 } },
});
if (found.data === undefined) throw new Error(found.error.detail);
const recalled: string[] = found.data.hits.map(({ memory }) => memory.id);

const state = await client.PUT("/v1/namespaces/{ns}/state/{key}", {
  params: { path: { ns, key: "a/b" } },
  body: { value: [1, { deep: null }] },
});
// A key that may not read gets 204, without the document.
if (state.data === undefined)
  throw new Error(state.error?.detail ?? "The state was written, but may not be read.");

const refused = await client.POST("/v1/recall", { body: { query: "x", namespaces: ["a b"] } });
console.log(JSON.stringify({ id, recalled, value: state.data.value, code: refused.error?.code }));
