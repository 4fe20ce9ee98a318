import { z } from "@hono/zod-openapi";
import { describe, expect, test } from "vitest";
import { createRoute } from "../../src/http/router/create-route.js";
import { createRouter } from "../../src/http/router/create-router.js";
import { RouteTable } from "../../src/http/router/route-table.js";
import { shareService } from "../support/service/service.js";
import { newNamespace } from "../support/acts/memories.js";

const service = await shareService();

describe("the table of routes", () => {
  test("a route without traits ends the start", () => {
    const app = createRouter();
    app.get("/v1/goals", (c) => c.text("none"));
    expect(() => new RouteTable().fill(app, {})).toThrow(/GET \/v1\/goals states no traits/);
    expect(() => new RouteTable().fill(app, { "GET /v1/goals": { lane: "direct" } })).not.toThrow();
  });

  test("a route that is declared without traits doesn't compile", () => {
    const responses = {
      200: { description: "The goals.", content: { "text/plain": { schema: z.string() } } },
    };
    // @ts-expect-error -- no traits
    createRoute({ method: "get", path: "/v1/goals", responses });
    // @ts-expect-error -- its answer may be stored, and it doesn't state what it shows
    createRoute({ method: "post", path: "/v1/goals", traits: { lane: "write" }, responses });
    createRoute({ method: "post", path: "/v1/goals", traits: { lane: "write", shows: [] }, responses });
  });
});

test("an item named batch has no larger body than other items", async () => {
  const raw = `{"content":"x"}${" ".repeat(1024 * 1024)}`;
  for (const key of ["batch", "notes"]) {
    const path = `/v1/namespaces/${newNamespace()}/items/${key}`;
    expect(await service.send("PUT", path, undefined, { raw })).toMatchObject({
      status: 413,
      body: { code: "payload_too_large" },
    });
  }
});

test("the description shows no traits", async () => {
  const { text } = await service.send("GET", "/openapi.json");
  expect(text).not.toContain('"traits"');
});
