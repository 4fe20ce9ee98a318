import { serve } from "@hono/node-server";
import { Hono } from "hono";

/** The least that any service on this framework takes: one route, no middleware. Says its URL on stdout. */
const app = new Hono().get("/", (c) => c.json({ ok: true }));

serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }, ({ port }) => {
  console.log(`http://127.0.0.1:${port}`);
});
