import { inject, onTestFinished, test, expect } from "vitest";
import { Failure } from "../../scripts/shell/failure.js";
import { parseCommand } from "../../scripts/keys/options.js";
import { as } from "../support/acts/access.js";
import { keysCommand as keys } from "../support/run/keys-command.js";
import { startService, until } from "../support/service/service.js";

test("makes the first key while the service runs, lists keys without their secrets, and revokes them", async () => {
  const service = await startService({ REDIS_URL: inject("redisUrl") });
  onTestFinished(() => service.kill9());
  const made = await keys(service, "create", "--agent", "root", "--admin", "--expires", "1d");
  expect(made.code).toBe(0);
  const token = made.stdout.trim();
  expect(token).toMatch(/^mn_[0-9A-Z]{26}_[A-Za-z0-9_-]{43}$/);
  const id = token.split("_")[1] ?? "";
  expect((await as(service, token).send("GET", "/v1/keys")).status).toBe(200);
  await until(
    () => service.send("GET", "/v1/keys"),
    ({ status }) => status === 401,
    15_000,
  );
  const grant = ["--grant", "acme.**=read,write", "--grant", "acme.shared=publish", "--rate-limit", "9"];
  const part = await keys(service, "create", "--agent", "a", "--name", "the desk", ...grant);
  expect(part.code).toBe(0);
  const listed = await keys(service, "list");
  expect(listed.stdout).toContain(id);
  expect(listed.stdout).toContain("the desk");
  expect(listed.stdout).toContain("acme.**=read,write acme.shared=publish");
  for (const secret of [token, part.stdout.trim()].map((text) => text.slice(-43))) {
    expect(listed.stdout + listed.stderr + made.stderr + part.stderr).not.toContain(secret);
  }
  const revoked = await keys(service, "revoke", id);
  expect(revoked).toMatchObject({ code: 0, stdout: "" });
  await until(
    () => as(service, token).send("GET", "/v1/keys"),
    ({ status }) => status === 401,
    15_000,
  );
  expect(await keys(service, "revoke", id)).toMatchObject({ code: 1 });
  expect(await service.stop()).toBe(0);
});

test.each([
  ["usage:", []],
  ["usage:", ["burn"]],
  ["agent:", ["create"]],
  ["grants:", ["create", "--agent", "a"]],
  ["namespace:", ["create", "--agent", "a", "--grant", "a.*=read"]],
  ["verbs.0:", ["create", "--agent", "a", "--grant", "a=sing"]],
  ["expires_at:", ["create", "--agent", "a", "--admin", "--expires", "soon"]],
  ["rate_limit_per_minute:", ["create", "--agent", "a", "--admin", "--rate-limit", "some"]],
  ["id of a key", ["revoke", "x"]],
  ["usage:", ["create", "--agent", "a", "--shout"]],
  ["usage:", ["open", "everything"]],
])("says %s to what is wrong with %j", (word, args) => {
  expect(() => parseCommand(args)).toThrow(Failure);
  expect(() => parseCommand(args)).toThrow(word);
});

test("takes a whole key for its id, and durations for an expiry", () => {
  const id = "01JD8Q4V7K3W5N0R2T6Y9B1C4D";
  expect(parseCommand(["revoke", `mn_${id}_${"A".repeat(43)}`])).toEqual({ kind: "revoke", id });
  const input = (expires: string) =>
    parseCommand(["create", "--agent", "a", "--grant", "a.**=read", "--expires", expires]);
  expect(input("90d")).toMatchObject({ input: { ttl_seconds: 90 * 86_400 } });
  expect(input("12h")).toMatchObject({ input: { ttl_seconds: 12 * 3600 } });
  expect(input("2100-01-31T09:30:00Z")).toMatchObject({
    input: { expires_at: Date.parse("2100-01-31T09:30:00Z") },
  });
});
