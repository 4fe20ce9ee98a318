/**
 * What a route takes: a verb in the namespace it names, `admin` somewhere (`keys`), on everything (`root`), any key (`key`), or nothing.
 * `hidden`: what one may not see isn't there, for anybody.
 */
export type Need =
  | "read"
  | "write"
  | "read and write"
  | "read and publish"
  | "read and admin"
  | "read and write and admin"
  | "publish"
  | "admin"
  | "keys"
  | "key"
  | "root"
  | "open"
  | "hidden";

export interface RouteCase {
  readonly need: Need;
  /** What must be sent for the route to get as far as its verb; `{ns}` in it stands for the namespace. */
  readonly body?: unknown;
  /** A grant in another namespace that it takes as well. */
  readonly also?: { readonly namespace: string; readonly verbs: readonly string[] };
  readonly query?: string;
  /** Its answer goes on until one side ends it. */
  readonly endless?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
  /** Nothing stands where the example points: who may act learns that by a 404, and who may not gets a 403. */
  readonly absent?: boolean;
  /** Its status for who may act, where this service has nothing to do it with. */
  readonly refused?: number;
}

/** Every route of the API. A new one belongs in here: a test walks /openapi.json and misses it. */
export const ROUTES: Readonly<Record<string, RouteCase>> = {
  "GET /healthz": { need: "open" },
  "GET /readyz": { need: "open" },
  "GET /metrics": { need: "root" },
  "GET /v1/whoami": { need: "key" },
  "POST /v1/keys": { need: "admin", body: { agent: "a", grants: [{ namespace: "{ns}", verbs: ["read"] }] } },
  "GET /v1/keys": { need: "keys" },
  "GET /v1/keys/{id}": { need: "keys", absent: true },
  "DELETE /v1/keys/{id}": { need: "keys", absent: true },
  "GET /v1/namespaces": { need: "read" },
  "GET /v1/list": { need: "read", query: "namespace={ns}" },
  "GET /v1/namespaces/{ns}/settings": { need: "admin" },
  "PUT /v1/namespaces/{ns}/settings": { need: "admin", body: {} },
  "PATCH /v1/namespaces/{ns}/settings": { need: "admin", body: {} },
  "GET /v1/namespaces/{ns}/usage": { need: "read" },
  "POST /v1/namespaces/{ns}/pii/reveal": { need: "admin", body: { tokens: ["[email:0123456789abcdef]"] } },
  "POST /v1/namespaces/{ns}/pii/scan": { need: "read", body: {} },
  "POST /v1/namespaces/{ns}/pii/apply": { need: "read and write and admin", body: {}, refused: 400 },
  "GET /v1/namespaces/{ns}/memories": { need: "read" },
  "POST /v1/namespaces/{ns}/memories": { need: "write", body: { content: "x", memory_type: "semantic" } },
  "POST /v1/namespaces/{ns}/memories/batch": {
    need: "write",
    body: { memories: [{ content: "x", memory_type: "semantic" }] },
  },
  "GET /v1/namespaces/{ns}/memories/{id}": { need: "read", absent: true },
  "PATCH /v1/namespaces/{ns}/memories/{id}": {
    need: "read and write",
    absent: true,
    body: { trust_score: 0 },
  },
  "DELETE /v1/namespaces/{ns}/memories/{id}": { need: "write", absent: true },
  "PUT /v1/namespaces/{ns}/items/{key}": { need: "read and write", body: { content: "x" } },
  "GET /v1/namespaces/{ns}/items/{key}": { need: "read" },
  "DELETE /v1/namespaces/{ns}/items/{key}": { need: "write" },
  "GET /v1/threads": { need: "read", query: "namespace={ns}" },
  "GET /v1/threads/{id}": { need: "read", absent: true, query: "namespace={ns}" },
  "GET /v1/threads/{id}/checkpoints": { need: "read", absent: true, query: "namespace={ns}" },
  "DELETE /v1/threads/{id}": { need: "write", absent: true, query: "namespace={ns}" },
  "GET /v1/namespaces/{ns}/memories/{id}/versions": { need: "read", absent: true },
  "POST /v1/namespaces/{ns}/memories/{id}/restore": {
    need: "read and write",
    absent: true,
    body: { version: 1 },
  },
  "GET /v1/namespaces/{ns}/stats": { need: "read" },
  "DELETE /v1/namespaces/{ns}": { need: "read and write", query: "tag=none" },
  "POST /v1/namespaces/{ns}/forget": { need: "read and write", body: { policy: { max_age: 60 } } },
  "POST /v1/namespaces/{ns}/consolidations": { need: "read and write", body: { dry_run: true } },
  "GET /v1/namespaces/{ns}/consolidations": { need: "read" },
  "GET /v1/namespaces/{ns}/consolidations/{id}": { need: "read", absent: true },
  "POST /v1/namespaces/{ns}/consolidations/{id}/undo": { need: "read and write", absent: true, body: {} },
  "POST /v1/namespaces/{ns}/interactions": { need: "write", body: { input: "x" } },
  "POST /v1/namespaces/{ns}/memories/{id}/feedback": {
    need: "read and write",
    absent: true,
    body: { outcome: "used", by: "agent" },
  },
  "POST /v1/namespaces/{ns}/memories/{id}/release": { need: "read and publish", absent: true, body: {} },
  "POST /v1/namespaces/{ns}/memories/{id}/publish": {
    need: "read",
    absent: true,
    also: { namespace: "{ns}.shared", verbs: ["publish"] },
    body: { to: "{ns}.shared" },
  },
  "POST /v1/namespaces/{ns}/memories/{id}/unpublish": {
    need: "read",
    absent: true,
    also: { namespace: "{ns}.shared", verbs: ["publish"] },
    body: { from: "{ns}.shared" },
  },
  "GET /v1/agents": { need: "root" },
  "GET /v1/agents/{id}": { need: "root" },
  "POST /v1/exports": { need: "read", body: { namespaces: ["{ns}"] } },
  "GET /v1/exports/{id}": { need: "hidden" },
  "GET /v1/exports/{id}/parts/{part}": { need: "hidden" },
  "POST /v1/erasures": { need: "read and write and admin", body: { namespace: "{ns}", dry_run: true } },
  "GET /v1/erasures": { need: "read and admin" },
  "GET /v1/erasures/{id}": { need: "hidden" },
  "POST /v1/imports": { need: "keys", body: {} },
  "GET /v1/imports/{id}": { need: "hidden" },
  "PUT /v1/imports/{id}/parts/{part}": {
    need: "hidden",
    body: "a line",
    headers: { "content-type": "application/octet-stream" },
  },
  "POST /v1/namespaces/{ns}/archive/restore": { need: "read and write", body: { filter: {} } },
  "POST /v1/embedding-migrations": { need: "root", body: {}, refused: 409 },
  "GET /v1/embedding-migrations": { need: "root" },
  "GET /v1/embedding-migrations/{id}": { need: "root", absent: true },
  "POST /v1/embedding-migrations/{id}/steps": { need: "root", absent: true, body: { step: "switch" } },
  "GET /v1/namespaces/{ns}/sessions": { need: "read" },
  "GET /v1/namespaces/{ns}/sessions/{sid}": { need: "read", absent: true },
  "DELETE /v1/namespaces/{ns}/sessions/{sid}": { need: "write", absent: true },
  "GET /v1/namespaces/{ns}/sessions/{sid}/context": { need: "read" },
  "GET /v1/namespaces/{ns}/sessions/{sid}/messages": { need: "read", absent: true },
  "POST /v1/namespaces/{ns}/sessions/{sid}/messages": {
    need: "write",
    body: { messages: [{ role: "user", content: "x" }] },
  },
  "GET /v1/namespaces/{ns}/entities": { need: "read" },
  "GET /v1/namespaces/{ns}/entities/{entity}": { need: "read", absent: true },
  "PUT /v1/namespaces/{ns}/entities/{entity}": { need: "read and write", body: { aliases: [] } },
  "POST /v1/namespaces/{ns}/entities/{entity}/merge": {
    need: "read and write",
    absent: true,
    body: { into: "x" },
  },
  "GET /v1/namespaces/{ns}/entities/{entity}/neighbors": { need: "read", absent: true },
  "GET /v1/namespaces/{ns}/profiles/{subject}": { need: "read" },
  "GET /v1/audit": { need: "keys" },
  "GET /v1/audit/export": { need: "keys" },
  "GET /v1/namespaces/{ns}/state": { need: "read" },
  "GET /v1/namespaces/{ns}/state/{key}": { need: "read", absent: true },
  "PUT /v1/namespaces/{ns}/state/{key}": { need: "write", body: { value: 1 } },
  "PATCH /v1/namespaces/{ns}/state/{key}": { need: "read and write", body: {} },
  "DELETE /v1/namespaces/{ns}/state/{key}": { need: "write" },
  "GET /v1/namespaces/{ns}/state/{key}/history": { need: "read" },
  "GET /v1/namespaces/{ns}/state-changes": { need: "read", endless: true },
  "POST /v1/namespaces/{ns}/state-transactions": {
    need: "write",
    body: { operations: [{ op: "set", key: "k", value: 1 }] },
  },
  "GET /v1/namespaces/{ns}/receipts": { need: "read" },
  "GET /v1/receipts/{id}": { need: "hidden" },
  "POST /v1/receipts/{id}/replay": { need: "hidden" },
  "POST /v1/recall": { need: "read", body: { query: "x", namespaces: ["{ns}"] } },
};
