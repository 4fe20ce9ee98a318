import { expect, test } from "vitest";
import { mneme } from "../support/acts/backup.js";

const SECRET = "hunter2-of-the-url";

test.each([
  ["redis+sentinel", ["--from", "mem0"]],
  ["REDISS+CLUSTER", ["--as-new"]],
  ["unix", []],
])(
  "%s: a URL that isn't of a single Redis is refused, and its password isn't shown",
  async (protocol, more) => {
    const file = `${protocol}://user:${SECRET}@127.0.0.1:1/main`;
    const service = { url: "http://127.0.0.1:1" };
    const { code, stderr } = await mneme(service, ["import", file, "--into", "a", ...more]);
    expect(code).toBe(1);
    expect(stderr).toContain("A URL must be that of a single Redis");
    expect(stderr).not.toContain(SECRET);
  },
);
