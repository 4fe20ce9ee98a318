import { once } from "node:events";
import { connect } from "node:net";
import { expect, test } from "vitest";
import { freePort } from "../../../scripts/redis/server/free-port.js";
import { isConnectionError } from "../../../src/redis/connection/connection-errors.js";
import { asRefusal } from "../../../src/redis/connection/refusal.js";

test("a name of several addresses that all refuse is a connection that can't be made", async () => {
  const socket = connect({
    host: "redis.example",
    port: await freePort(),
    autoSelectFamily: true,
    lookup: (_name, _options, done) =>
      done(null, [
        { address: "127.0.0.1", family: 4 },
        { address: "127.0.0.2", family: 4 },
      ]),
  });
  const [error] = (await once(socket, "error").catch((reason: unknown) => [reason])) as [Error];
  expect(error).toBeInstanceOf(AggregateError);
  expect(isConnectionError(error)).toBe(true);
  expect(String(asRefusal("redis://redis.example", error))).toContain("can't be reached: ECONNREFUSED");
  expect(isConnectionError(new AggregateError([error, new TypeError("a fault of ours")]))).toBe(false);
});
