/**
 * The floors of `src/`, from the ground up. A room is a folder (its direct files) or a single file, which then is a
 * room apart from its folder. A room imports rooms of lower floors only: never a higher floor, never a room beside it.
 * Every file of `src/` belongs to a room: add a new folder here, on the lowest floor that fits.
 *
 * @type {readonly (readonly string[])[]}
 */
export const FLOORS = [
  // The ground: words, errors, numbers; what knows nothing of memories.
  [
    "src/client",
    "src/client/src",
    "src/domain",
    "src/log.ts",
    "src/start-error.ts",
    "src/schema-messages.ts",
    "src/memory/text/language",
    "src/redis/port.ts",
    "src/redis/schemas.ts",
    "src/redis/scripts",
  ],
  [
    "src/access",
    "src/memory/text",
    "src/memory/text/dates",
    "src/embeddings",
    "src/reranking",
    "src/http/readiness.ts",
    "src/http/route-traits.ts",
  ],
  ["src/pii/kinds.ts"],
  ["src/pii/marks.ts"],
  ["src/access/keys", "src/memory/model", "src/mcp/tool-sets.ts", "src/pii/detect"],
  [
    "src/access/namespaces",
    "src/pii",
    "src/memory/conditions",
    "src/embeddings/local",
    "src/embeddings/openai",
    "src/config.ts",
  ],
  [
    "src/memory/ports",
    "src/state",
    "src/threads",
    "src/embeddings/index.ts",
    "src/reranking/http",
    "src/reranking/local",
  ],

  // The acts on memories, by feature.
  ["src/memory/services.ts", "src/memory/embedding", "src/readiness.ts"],
  ["src/memory/archive", "src/memory/lifecycle", "src/memory/migration"],
  ["src/memory/trust"],
  ["src/memory/write"],
  ["src/memory/browse", "src/memory/facts", "src/memory/publish"],
  ["src/memory/recall", "src/memory/remember"],
  ["src/memory/consolidation"],
  ["src/memory/consolidation/sources.ts"],
  ["src/memory/consolidation/language"],
  ["src/memory/erasure"],
  ["src/memory/forget", "src/memory/revise"],
  ["src/memory/items", "src/memory/sessions", "src/memory/consolidation/plan"],
  [
    "src/backup",
    "src/memory/clearing",
    "src/memory/retention",
    "src/memory/consolidation/execute",
    "src/memory/pii",
  ],
  ["src/erasures"],

  // MCP: tools that ask the HTTP API.
  ["src/mcp"],
  ["src/mcp/reference"],
  ["src/mcp/tools/reference"],
  ["src/mcp/tools"],
  ["src/mcp/server.ts"],

  // What implements the ports.
  ["src/archive", "src/llm", "src/redis/keys.ts", "src/tracing"],
  ["src/redis/codec", "src/redis/connection"],
  ["src/redis/connection/cluster"],
  ["src/redis/connection/sentinel"],
  ["src/redis/connection/open-redis.ts"],
  ["src/redis/streams"],
  ["src/redis/audit", "src/redis/idempotency", "src/redis/index-statistics.ts", "src/redis/locks"],
  [
    "src/redis/pii",
    "src/redis/receipts",
    "src/redis/threads",
    "src/redis/migrations",
    "src/redis/namespaces",
  ],
  ["src/redis/api-keys", "src/redis/state", "src/redis/deps.ts"],
  ["src/redis/search"],
  [
    "src/redis/archive",
    "src/redis/consolidation",
    "src/redis/embeddings",
    "src/redis/lifecycle",
    "src/redis/memory",
    "src/redis/publications",
    "src/redis/sessions",
  ],
  ["src/redis/erasure", "src/redis/facts", "src/redis/trust"],
  ["src/redis/backup", "src/redis/retention"],
  ["src/redis/erasures", "src/redis/originals"],

  // HTTP: adapters over the verbs.
  ["src/http/conditional.ts", "src/http/inner-request.ts", "src/http/metrics.ts"],
  ["src/http/env.ts"],
  ["src/http/responses", "src/http/verb-context.ts"],
  ["src/http/openapi"],
  ["src/http/problem.ts"],
  ["src/http/json-body.ts", "src/http/router", "src/http/pii/counts-schema.ts"],
  ["src/http/middleware", "src/http/memories", "src/http/state"],
  ["src/http/agents", "src/http/embeddings", "src/http/keys", "src/http/system", "src/http/threads"],
  [
    "src/http/audit",
    "src/http/consolidations",
    "src/http/entities",
    "src/http/interactions",
    "src/http/items",
  ],
  ["src/http/archive", "src/http/lifecycle", "src/http/recall"],
  ["src/http/namespaces", "src/http/profiles", "src/http/receipts", "src/http/sessions"],
  ["src/http/pii", "src/http/backups", "src/http/erasures", "src/http/mcp"],

  // The explorer: its pages, which ask the HTTP API from a browser, and what serves them.
  ["src/explorer/web/base"],
  ["src/explorer/web/parts"],
  ["src/explorer/web/memory"],
  [
    "src/explorer/web/ask",
    "src/explorer/web/memories",
    "src/explorer/web/entities",
    "src/explorer/web/state",
    "src/explorer/web/sessions",
    "src/explorer/web/threads",
    "src/explorer/web/receipts",
    "src/explorer/web/consolidation",
    "src/explorer/web/audit",
    "src/explorer/web/health",
  ],
  ["src/explorer/web"],
  ["src/explorer"],

  // The composition root: the only place that knows all sides.
  ["src/app.ts"],
  ["src/client.ts", "src/compose"],
  ["src/main.ts"],
];
