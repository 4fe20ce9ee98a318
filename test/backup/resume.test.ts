import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { contentOf, mneme } from "../support/acts/backup.js";
import { bodyOf, memoriesOf, newNamespace, postBatch } from "../support/acts/memories.js";
import { setState } from "../support/acts/state.js";
import { tempFolder } from "../support/run/temp-dir.js";
import { startService, until, untilReady, useService } from "../support/service/service.js";

const origin = await useService();
const folder = tempFolder();

/** Lines that are sent as one part: fewer than a record has at most, so that records are cut. */
const LINES = 45;

test("an import that is killed among sessions and among state, and sent again, ends as one that wasn't", async () => {
  const namespace = newNamespace();
  const place = `/v1/namespaces/${namespace}`;
  const stored = await postBatch(
    origin,
    namespace,
    Array.from({ length: 40 }, (_, at) => ({ memory_type: "semantic", content: `Parcel ${at}.` })),
  );
  for (const [at, { memory }] of stored.entries()) {
    if (at % 2 === 0)
      await origin.send("PATCH", `${memoriesOf(namespace)}/${memory?.id}`, {
        content: `Parcel ${at}, weighed.`,
      });
  }
  for (const session of ["a", "b"]) {
    const messages = Array.from({ length: 25 }, (_, at) => ({ role: "user", content: `Said ${at}.` }));
    await origin.send("POST", `${place}/sessions/${session}/messages`, { messages });
  }
  for (let at = 0; at < 60; at++) await setState(origin, namespace, `shelf ${at % 4}`, { at });
  const file = join(folder, "first.jsonl");
  expect((await mneme(origin, ["export", "--out", file, "--namespace", namespace])).code).toBe(0);

  const lines = readFileSync(file, "utf8").split(/(?<=\n)/);
  const parts = Array.from({ length: Math.ceil(lines.length / LINES) }, (_, at) =>
    lines.slice(at * LINES, (at + 1) * LINES).join(""),
  );
  let target = await startService();
  onTestFinished(async () => void (await target.kill9()));
  const { id } = bodyOf<{ id: string }>(await target.send("POST", "/v1/imports", {}), 202);
  const put = (part: number) =>
    target.send("PUT", `/v1/imports/${id}/parts/${part + 1}`, undefined, {
      raw: Buffer.from(parts[part] ?? ""),
      headers: { "content-type": "application/octet-stream" },
    });
  // Where sessions are, and where state is. Another test kills an import among memories.
  const killed = new Set([0, parts.length - 2]);
  for (let part = 0; part < parts.length; part++) {
    if (killed.has(part)) {
      const broken = put(part).catch(() => undefined);
      await sleep(5 * part);
      await target.kill9();
      await broken;
      target = await startService({ MNEME_KEY_PREFIX: target.prefix });
      await untilReady(target);
    }
    // The lock of a process that died is held for some seconds.
    const answer = await until(
      () => put(part),
      ({ status }) => status !== 409,
    );
    expect(answer.status, answer.text).toBe(200);
  }
  expect((await target.send("GET", `/v1/imports/${id}`)).body).toMatchObject({ status: "complete" });
  const second = join(folder, "second.jsonl");
  expect((await mneme(target, ["export", "--out", second, "--namespace", namespace])).code).toBe(0);
  expect(contentOf(second)).toEqual(contentOf(file));
});
