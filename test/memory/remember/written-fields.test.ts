import { expect, test } from "vitest";
import { itemPath } from "../../support/acts/items.js";
import { bodyOf, memoriesOf, newNamespace, pathOf, post } from "../../support/acts/memories.js";
import type { Memory } from "../../support/acts/memories.js";
import { useService } from "../../support/service/service.js";

const service = await useService({ MNEME_EMBEDDER: "none" });
const { components } = (await (await fetch(`${service.url}/openapi.json`)).json()) as {
  readonly components: {
    readonly schemas: Readonly<Record<string, { readonly properties: Readonly<Record<string, unknown>> }>>;
  };
};

/** No value is what it would be if the field were omitted. */
const GIVEN = {
  content: "The depot closes at noon.",
  agent_id: "porter",
  session_id: "shift-7",
  timestamp: "2024-02-03T04:05:06.000Z",
  metadata: { depot: 4 },
  tags: ["depot"],
  trust_score: 0.75,
  importance: 0.25,
  pinned: true,
  valid_from: "2024-01-01T00:00:00.000Z",
  valid_to: "2094-01-01T00:00:00.000Z",
};
/** Where the field is read back under another name, or in another form, tests of its own look at it. */
const ELSEWHERE = ["memory_type", "fact", "derived_from", "embedding", "embedding_model", "ttl_seconds"];

test.each(["NewMemory", "NewItem", "MemoryPatch"])("%s has no field that this file doesn't know", (name) => {
  const known = new Set([...Object.keys(GIVEN), ...ELSEWHERE, "if_version"]);
  expect(Object.keys(components.schemas[name]?.properties ?? {}).filter((each) => !known.has(each))).toEqual(
    [],
  );
});

test("each field that a write of a memory takes is read back", async () => {
  const ns = newNamespace();
  const made = bodyOf<Memory>(await post(service, ns, { ...GIVEN, memory_type: "semantic" }), 201);
  expect((await service.send("GET", pathOf(made))).body).toMatchObject(GIVEN);
  const batch = await service.send("POST", `${memoriesOf(ns)}/batch`, {
    memories: [{ ...GIVEN, content: "The depot opens at nine.", memory_type: "semantic" }],
  });
  expect(batch.body).toMatchObject({
    results: [{ memory: { ...GIVEN, content: "The depot opens at nine." } }],
  });
});

test("each field that a PUT of an item takes is read back, also from one that was there", async () => {
  const ns = newNamespace();
  const path = itemPath(ns, "depot");
  await service.send("PUT", path, GIVEN);
  expect((await service.send("GET", path)).body).toMatchObject(GIVEN);
  const other = { importance: 1, pinned: false, trust_score: 0.5, agent_id: "guard" };
  await service.send("PUT", path, { ...GIVEN, ...other });
  expect((await service.send("GET", path)).body).toMatchObject({ ...GIVEN, ...other });
  // What a revision may have said of it since stays.
  await service.send("PUT", path, { content: GIVEN.content });
  expect((await service.send("GET", path)).body).toMatchObject({ importance: 1, pinned: false, tags: [] });
});
