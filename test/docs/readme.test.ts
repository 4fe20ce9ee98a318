import { expect, inject, test } from "vitest";
import { runReadme } from "../support/run/readme.js";
import { useService } from "../support/service/service.js";

const service = await useService({
  MNEME_EMBEDDER: "local",
  MNEME_MODEL_DIR: inject("modelDir"),
  MNEME_REDIS_TIMEOUT_MS: "4000",
});

test("the session in README prints what README shows", async () => {
  const { printed, shown } = await runReadme(service);
  expect(printed).toBe(shown);
});
