import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { OpenAPIHono } from "@hono/zod-openapi";
import { Hono } from "hono";
import { withCommonParts } from "./middleware-parts.js";
import type { AppEnv } from "../env.js";
import type { RouteTraits } from "../route-traits.js";
import type { StoredFile } from "../responses/stored-file.js";
import { respondFile, storeFile } from "../responses/stored-file.js";

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>mneme API</title>
    <link rel="stylesheet" href="/docs/swagger-ui.css" />
  </head>
  <body>
    <div id="api"></div>
    <script src="/docs/swagger-ui-bundle.js"></script>
    <script src="/docs/start.js"></script>
  </body>
</html>
`;

const START = `SwaggerUIBundle({ url: "/openapi.json", dom_id: "#api", deepLinking: true, validatorUrl: null });\n`;

/** Only these two files of the package are served, by these names: no path of a caller's reaches the disk. */
const FILES = {
  "swagger-ui.css": "text/css; charset=utf-8",
  "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
} as const;

/** Everything the page needs comes from here: the policy makes a browser refuse anything else. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const DESCRIPTION_PATH = "/openapi.json";
const START_PATH = "/docs/start.js";
const TRAITS: RouteTraits = { lane: "unbounded", open: "metered" };

/** The traits of the routes of this file by path: the description says nothing of them. */
export const DOCS_TRAITS: Readonly<Record<string, RouteTraits>> = Object.fromEntries(
  ["/docs", START_PATH, DESCRIPTION_PATH, ...Object.keys(FILES).map(pathOf)].map((path) => [
    `GET ${path}`,
    TRAITS,
  ]),
);

function pathOf(file: string): string {
  return `/docs/${file}`;
}

export function docsRoutes() {
  const app = new Hono<AppEnv>();
  app.get("/docs", (c) => c.html(PAGE, 200, { "Content-Security-Policy": POLICY }));
  app.get(START_PATH, (c) => c.body(START, 200, { "Content-Type": "text/javascript; charset=utf-8" }));
  for (const [name, type] of Object.entries(FILES)) {
    // Read when it is first asked for: many services never are.
    let file: Promise<StoredFile> | undefined;
    app.get(pathOf(name), async (c) => {
      file ??= load(name, type);
      const loaded = await file.catch((error: unknown) => {
        file = undefined;
        throw error;
      });
      return respondFile(c, loaded, { "Cache-Control": "max-age=3600" });
    });
  }
  return app;
}

async function load(name: string, type: string): Promise<StoredFile> {
  const path = createRequire(import.meta.url).resolve(`swagger-ui-dist/${name}`);
  return storeFile(type, await readFile(path, "utf8"));
}

const TAGS = {
  system: "Liveness, readiness and metrics.",
  keys: "API keys and their grants.",
  namespaces: "Namespaces, their settings and their usage.",
  memories: "Episodic, semantic and procedural memories.",
  items: "Memories under keys that the caller chooses.",
  recall: "Hybrid recall (vector and keyword search), and the receipts of recalls.",
  sessions: "Messages of a conversation, and the context for its next turn.",
  facts: "Entities, their facts and relations, and profiles of subjects.",
  agents: "Agents and their accuracy.",
  lifecycle: "Statistics and forget policies.",
  consolidation: "Summaries, merged memories, facts and procedures made from episodes.",
  state: "Live state: JSON documents with versions, transactions and change events.",
  archive: "Archived memories: old episodes outside of Redis.",
  embeddings: "The embedding models, and the change from one to another.",
  backup: "Exports and imports: what a namespace holds, as lines of JSON.",
  erasure: "Erasure of a person, of what fits a filter, or of whole namespaces.",
  threads: "LangGraph threads and their checkpoints.",
  audit: "The audit trail.",
};

const DESCRIPTION = {
  openapi: "3.1.0",
  info: {
    title: "mneme",
    version: "1",
    description:
      "A Redis-native memory service for AI agents. Numbers in a body are doubles. A number that a double can't represent exactly (12345678901234567890, 1e400) is refused with 400 and its field, except in a vector. Duplicate names in an object are refused too.",
    license: { name: "Apache-2.0", url: "https://www.apache.org/licenses/LICENSE-2.0" },
  },
  // Until the first key is made, a key is optional.
  security: [{ apiKey: [] }, {}],
  tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
  servers: [{ url: "/" }],
};

/**
 * Serves `/openapi.json`, generated from the schemas that validate, when it is first asked for: to generate it is a
 * fifth of a start. All routes are there by then.
 */
export function serveDescription(app: OpenAPIHono<AppEnv>): void {
  app.openAPIRegistry.registerComponent("securitySchemes", "apiKey", {
    type: "http",
    scheme: "bearer",
    description:
      "An API key, `mn_<id>_<secret>`. Optional as long as no key has been created; from then on required by every route except /healthz, /readyz, /docs and /openapi.json.",
  });
  let file: StoredFile | undefined;
  app.get(DESCRIPTION_PATH, (c) => respondFile(c, (file ??= describe(app))));
}

function describe(app: OpenAPIHono<AppEnv>): StoredFile {
  const document = withCommonParts(app.getOpenAPI31Document(DESCRIPTION));
  return storeFile("application/json", JSON.stringify(document));
}
