import { join } from "node:path";
import { expect, test } from "vitest";
import type { Line } from "../../src/backup/lines.js";
import { linesOf, mneme } from "../support/acts/backup.js";
import { memoriesOf, newNamespace, postBatch } from "../support/acts/memories.js";
import { tempFolder } from "../support/run/temp-dir.js";
import { useService } from "../support/service/service.js";

const origin = await useService();
const target = await useService();
const folder = tempFolder();

type Of<Kind extends Line["kind"]> = Extract<Line, { readonly kind: Kind }>;
const ofKind = <Kind extends Line["kind"]>(lines: readonly Line[], kind: Kind): Of<Kind>[] =>
  lines.filter((line): line is Of<Kind> => line.kind === kind);

test("an export beside a writer has all that was acknowledged before, each record whole, and can be imported", async () => {
  const namespace = newNamespace();
  const place = `/v1/namespaces/${namespace}`;
  const texts = Array.from({ length: 400 }, (_, at) => `Shelf ${at}. ${"Checked by hand. ".repeat(60)}`);
  const stored = await postBatch(
    origin,
    namespace,
    texts.map((content) => ({ memory_type: "semantic", content })),
  );
  const ids = stored.map(({ memory }) => memory?.id ?? "");
  const say = (from: number) => ({
    messages: Array.from({ length: 20 }, (_, at) => ({ role: "user", content: `Said ${from + at}.` })),
  });
  for (let from = 0; from < 120; from += 20)
    await origin.send("POST", `${place}/sessions/s/messages`, say(from));
  await origin.send("PUT", `${place}/state/n`, { value: 0 });

  const stop = new AbortController();
  const deleted = new Set<string>();
  const writes = { revised: 0, appended: 120, counted: 0 };
  const writer = async (): Promise<void> => {
    for (let turn = 0; !stop.signal.aborted; turn++) {
      const id = ids[(turn * 37) % 300] ?? "";
      const patched = await origin.send("PATCH", `${memoriesOf(namespace)}/${id}`, {
        content: `Shelf, revised ${turn}.`,
      });
      if (patched.status === 200) writes.revised++;
      const doomed = ids[300 + (turn % 100)] ?? "";
      deleted.add(doomed);
      await origin.send("DELETE", `${memoriesOf(namespace)}/${doomed}`);
      await origin.send("POST", memoriesOf(namespace), { memory_type: "semantic", content: `New ${turn}.` });
      await origin.send("POST", `${place}/sessions/s/messages`, say(writes.appended));
      writes.appended += 20;
      await origin.send("PUT", `${place}/state/n`, { value: turn });
      writes.counted++;
    }
  };
  const file = join(folder, "beside.jsonl");
  const writing = writer();
  const ran = await mneme(origin, ["export", "--out", file, "--namespace", namespace]);
  stop.abort();
  await writing;
  expect(ran.code, ran.stderr).toBe(0);
  expect(Math.min(writes.revised, writes.counted)).toBeGreaterThan(3);

  const lines = linesOf(file);
  const memories = new Map(ofKind(lines, "memory").map((line) => [line.memory.id, line.memory]));
  for (const id of ids) if (!deleted.has(id)) expect(memories.has(id), id).toBe(true);
  // Whole: a memory of version n comes with n - 1 old ones, and each one ends where the next one begins.
  for (const { id, version, updated_at } of memories.values()) {
    const olds = ofKind(lines, "version").filter((line) => line.memory.id === id && line.of === version);
    // As often as the memory was read at this version.
    expect([...new Set(olds.map((line) => line.memory.version))]).toEqual(
      Array.from({ length: version - 1 }, (_, at) => version - 1 - at),
    );
    expect(olds[0]?.memory.superseded_at ?? updated_at).toBe(updated_at);
  }
  // What was said before is in the session, or in the memory that a promotion made of it.
  const said = new Set(ofKind(lines, "message").map(({ message }) => message.content));
  const promoted = [...memories.values()].map(({ content }) => content).join("\n");
  for (let at = 0; at < 120; at++)
    expect(said.has(`Said ${at}.`) || promoted.includes(`Said ${at}.`), `Said ${at}.`).toBe(true);
  // It may be in the file twice, as it was changed meanwhile; each time with its history.
  const documents = ofKind(lines, "state");
  const older = ofKind(lines, "state_version").length / documents.length;
  expect(documents.map(({ document }) => document?.version)).toEqual(documents.map(() => older + 1));

  const imported = await mneme(target, ["import", file]);
  expect(imported.code, imported.stderr).toBe(0);
  const second = join(folder, "second.jsonl");
  expect((await mneme(target, ["export", "--out", second, "--namespace", namespace])).code).toBe(0);
  // What was deleted after it was read is named behind it, and doesn't stay.
  const erased = new Set(ofKind(lines, "erased").map(({ id }) => id));
  const kept = [...memories.keys()].filter((id) => !erased.has(id));
  const restored = ofKind(linesOf(second), "memory").map((line) => line.memory.id);
  expect(restored.toSorted()).toEqual(kept.toSorted());
});
