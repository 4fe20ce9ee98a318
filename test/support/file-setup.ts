import { afterAll, afterEach, inject } from "vitest";
import { endOwnKeys } from "./redis/own-keys.js";
import { endLeftServices } from "./run/left-services.js";

// Runs for every test file. Its hook comes after the file's own ones; the process then goes on with the next file.
afterAll(async () => {
  await endLeftServices();
  await endOwnKeys(inject("redisUrl"));
});

// CI runs a failed test once more. No reporter shows that, so this does.
afterEach(({ task }) => {
  const retries = task.result?.retryCount ?? 0;
  if (retries > 0) console.warn(`retry x${retries}: ${task.file.name} > ${task.name}`);
});
