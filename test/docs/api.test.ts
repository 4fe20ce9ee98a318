import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { shareService } from "../support/service/service.js";

const PAGE = join(import.meta.dirname, "..", "..", "docs", "api.md");

const service = await shareService();

test("docs/api.md lists every operation of /openapi.json once, and no other", async () => {
  const answer = await fetch(`${service.url}/openapi.json`);
  const { paths } = (await answer.json()) as { paths: Record<string, Record<string, unknown>> };
  const described = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const listed = [...readFileSync(PAGE, "utf8").matchAll(/^- `([A-Z]+ \S+)`:/gm)].map(
    ([, route = ""]) => route,
  );
  expect(listed.toSorted()).toEqual(described.toSorted());
});
