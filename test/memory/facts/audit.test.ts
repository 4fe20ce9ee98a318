import { expect, test } from "vitest";
import { auditPageOf, openTrails } from "../../support/audit/read.js";
import { day, entity, entityPath, neighbors, profile, tell } from "../../support/acts/facts.js";
import { newNamespace, pathOf, remember } from "../../support/acts/memories.js";
import { useService } from "../../support/service/service.js";

const service = await useService({ MNEME_REDIS_TIMEOUT_MS: "4000" });

test("acts on facts and entities are on record with the memories they changed or showed, and without a name", async () => {
  const namespace = newNamespace();
  const [mara, team, predicate] = ["xq7mara", "xq7team", "xq7leads"];
  const said = (from: number) => ({ cardinality: "one", valid_from: day(from) });
  const first = await tell(service, namespace, [mara, predicate, team], said(1));
  const second = await tell(service, namespace, [mara, predicate, "xq7other"], said(2));
  const mention = await remember(service, namespace, { content: `${mara} likes tea.` });
  await entity(service, namespace, mara);
  await service.send("GET", entityPath(namespace, "xq7nobody"));
  await neighbors(service, namespace, mara);
  await profile(service, namespace, mara);
  await service.send("PUT", entityPath(namespace, mara), { aliases: ["xq7m"] });
  await service.send("PUT", entityPath(namespace, "xq7else"), { aliases: ["xq7m"] });
  await service.send("POST", `${entityPath(namespace, mara)}/merge`, { into: team });
  await service.send("POST", `${entityPath(namespace, mara)}/merge`, { into: "xq7nobody" });
  await service.send("GET", `/v1/namespaces/${namespace}/entities?prefix=xq7`);
  await service.send("DELETE", pathOf(second));
  const { entries } = await auditPageOf(service, { namespace, order: "asc" });
  expect(entries.map(({ verb, outcome, ids }) => [verb, outcome, ids])).toEqual([
    ["remember", "created", [first.id]],
    ["remember", "created", [second.id, first.id]],
    ["remember", "created", [mention.id]],
    ["entity.get", "ok", [second.id]],
    ["entity.get", "missing", []],
    ["neighbors", "ok", [second.id]],
    ["profile", "ok", [second.id, mention.id]],
    ["entity.put", "ok", []],
    ["entity.put", "taken", []],
    ["entity.merge", "ok", []],
    ["entity.merge", "missing", []],
    ["entity.list", "ok", []],
    ["delete", "removed", [second.id]],
  ]);
  const trails = await openTrails(service.prefix);
  const raw = JSON.stringify(await trails.all(namespace));
  trails.close();
  expect(raw).not.toContain("xq7");
});
