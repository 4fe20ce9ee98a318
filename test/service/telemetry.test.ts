import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { newNamespace, remember } from "../support/acts/memories.js";
import { startService } from "../support/service/service.js";
import { tempDir } from "../support/run/temp-dir.js";

test("the local model's runtime keeps no device id, as it does where it reports to its maker", async () => {
  const home = tempDir();
  const service = await startService({ MNEME_EMBEDDER: "local", HOME: home });
  const { embedding } = await remember(service, newNamespace(), { content: "Anna lives in Lisbon." });
  await service.stop();
  expect(embedding.status).toBe("complete");
  expect(readdirSync(home, { recursive: true })).toEqual([]);
});
