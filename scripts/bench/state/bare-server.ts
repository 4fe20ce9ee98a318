import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { createClient } from "redis";

/**
 * The least that a state service on this framework takes: the one Redis command, and nothing else. No validation, no
 * envelope, no version, no audit, no metrics. Says its URL on stdout.
 *
 * usage: bare-server.js REDIS_URL
 */
const client = createClient({ url: process.argv[2] ?? "", RESP: 2 });
await client.connect();

const app = new Hono()
  .get("/state/:key", async (c) => {
    const value = await client.sendCommand(["JSON.GET", c.req.param("key")]);
    return c.body(String(value), 200, { "Content-Type": "application/json" });
  })
  .put("/state/:key", async (c) => {
    await client.sendCommand(["JSON.SET", c.req.param("key"), "$", await c.req.text()]);
    return c.json({ ok: true });
  });

serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }, ({ port }) => {
  console.log(`http://127.0.0.1:${port}`);
});
