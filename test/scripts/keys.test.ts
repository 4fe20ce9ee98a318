import { inject, onTestFinished, test, expect } from "vitest";
import { Failure } from "../../scripts/shell/failure.js";
import { idOf, inputOf } from "../../scripts/keys/input.js";
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
  const asJson = await keys(service, "list", "--json");
  expect(JSON.parse(asJson.stdout)).toHaveLength(2);
  expect(asJson.stdout).not.toContain(token.slice(-43));
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
  ["agent:", { agent: "" }],
  ["grants:", { agent: "a" }],
  ["namespace:", { agent: "a", grant: ["a.*=read"] }],
  ["verbs.0:", { agent: "a", grant: ["a=sing"] }],
  ["expires_at:", { agent: "a", admin: true, expires: "soon" }],
  ["rate_limit_per_minute:", { agent: "a", admin: true, rateLimit: "some" }],
])("says %s to what is wrong with %j", (word, options) => {
  expect(() => inputOf(options)).toThrow(Failure);
  expect(() => inputOf(options)).toThrow(word);
});

test.each([
  [[]],
  [["burn"]],
  [["create"]],
  [["create", "--agent", "a", "--shout"]],
  [["open", "everything"]],
])("%j is wrong usage, shown with the way to the help", async (args) => {
  const { code, stdout, stderr } = await keys({ env: {} }, ...args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toMatch(/Usage: |--help/);
});

test("shows help on standard output, for each command", async () => {
  for (const args of [["--help"], ["create", "--help"], ["list", "--help"], ["revoke", "--help"]]) {
    const { code, stdout, stderr } = await keys({ env: {} }, ...args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain("Usage: mneme keys");
  }
});

test("takes a whole key for its id, and durations for an expiry", () => {
  const id = "01JD8Q4V7K3W5N0R2T6Y9B1C4D";
  expect(idOf(`mn_${id}_${"A".repeat(43)}`)).toBe(id);
  expect(() => idOf("x")).toThrow("id of a key");
  const input = (expires: string) => inputOf({ agent: "a", grant: ["a.**=read"], expires });
  expect(input("90d")).toMatchObject({ ttl_seconds: 90 * 86_400 });
  expect(input("12h")).toMatchObject({ ttl_seconds: 12 * 3600 });
  expect(input("2100-01-31T09:30:00Z")).toMatchObject({ expires_at: Date.parse("2100-01-31T09:30:00Z") });
});
