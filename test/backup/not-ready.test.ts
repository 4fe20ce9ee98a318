import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, expect, test } from "vitest";
import { stillFilling } from "../../src/backup/refusals.js";
import { linesOf, mneme } from "../support/acts/backup.js";
import { newNamespace, remember } from "../support/acts/memories.js";
import { tempFolder } from "../support/run/temp-dir.js";
import { useService } from "../support/service/service.js";

const service = await useService();
const folder = tempFolder();

/** As a service that has just started: each first request that begins something is refused. */
const starting = createServer((request, response) => {
  void (async () => {
    const { method = "GET", url = "/" } = request;
    const body = await text(request);
    begun.push(...(method === "POST" ? [url] : []));
    if (method === "POST" && begun.filter((each) => each === url).length === 1) {
      const { code, message } = stillFilling();
      response.writeHead(503, { "content-type": "application/problem+json", "retry-after": "0" });
      response.end(JSON.stringify({ status: 503, code, detail: message }));
      return;
    }
    const answer = await fetch(service.url + url, {
      method,
      headers: { "content-type": request.headers["content-type"] ?? "application/json" },
      ...(body === "" ? {} : { body }),
    });
    response.writeHead(answer.status, {
      "content-type": answer.headers.get("content-type") ?? "text/plain",
    });
    response.end(await answer.text());
  })();
});
const begun: string[] = [];
starting.listen(0, "127.0.0.1");
await once(starting, "listening");
afterAll(() => void starting.close());
const address = { url: `http://127.0.0.1:${(starting.address() as AddressInfo).port}` };

test("an export, an import and an erasure that a store isn't ready for wait until it is", async () => {
  begun.length = 0;
  const namespace = newNamespace();
  await remember(service, namespace, { content: "The depot opens at six." });
  const file = join(folder, "export.jsonl");
  const exported = await mneme(address, ["export", "--out", file, "--force", "--namespace", namespace]);
  expect(exported.code, exported.stderr).toBe(0);
  expect(exported.stderr).toContain("See /readyz. The command waits.");
  expect(linesOf(file).map(({ kind }) => kind)).toContain("memory");
  const imported = await mneme(address, ["import", file]);
  expect(imported.code, imported.stderr).toBe(0);
  const erased = await mneme(address, ["erase", "--agent", "nobody", "--namespace", namespace, "--dry-run"]);
  expect(erased.code, erased.stderr).toBe(0);
  // The service beside other tests may not be ready either.
  const paths = ["/v1/exports", "/v1/imports", "/v1/erasures"];
  expect([...new Set(begun)]).toEqual(paths);
  for (const path of paths) expect(begun.filter((each) => each === path).length).toBeGreaterThan(1);
});

test("a request that was refused for good isn't repeated", async () => {
  const before = begun.length;
  const ran = await mneme(address, ["export", "--out", join(folder, "none.jsonl"), "--since", "tomorrow"]);
  expect(ran.code).toBe(1);
  expect(begun).toHaveLength(before + 1);
});
