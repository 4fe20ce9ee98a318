import { expect, test } from "vitest";
import { bodyOf, newNamespace, pathOf, remember, revise } from "../../support/acts/memories.js";
import type { Memory } from "../../support/acts/memories.js";
import { startWithRedis } from "../../support/redis/with-redis.js";
import { until } from "../../support/service/service.js";

const { service, redis } = await startWithRedis();

test("a namespace that can't take a copy keeps no other one from revisions and the deletion", async () => {
  const [own, broken, sound] = [newNamespace(), newNamespace(), newNamespace()];
  const memory = await remember(service, own, { content: "The gate opens at six." });
  for (const to of [broken, sound])
    bodyOf(await service.send("POST", `${pathOf(memory)}/publish`, { to, follow: true }), 201);
  const trail = `${service.prefix}:audit:{${broken}}`;
  await redis.rename(trail, `${trail}-aside`);
  await redis.set(trail, "damaged");
  const copyIn = (namespace: string) => service.send("GET", pathOf({ namespace, id: memory.id }));

  await revise(service, memory, { content: "The gate opens at seven." });
  await until(
    () => copyIn(sound),
    ({ body }) => (body as Memory).content === "The gate opens at seven.",
  );
  bodyOf(await service.send("DELETE", pathOf(memory)), 204);
  await until(
    () => copyIn(sound),
    ({ status }) => status === 404,
  );
  // The other one follows once its trail is sound again: a sweep is due for it still.
  expect(await redis.exists(`${service.prefix}:rec:{${broken}}:${memory.id}`)).toBe(1);
  await redis.del(trail);
  await redis.rename(`${trail}-aside`, trail);
  await until(
    () => copyIn(broken),
    ({ status }) => status === 404,
    90_000,
  );
});
