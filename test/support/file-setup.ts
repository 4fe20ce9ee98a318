import { afterAll, afterEach, inject } from "vitest";
import { cpuTimeMs } from "./cpu/time.js";
import { endOwnKeys } from "./redis/own-keys.js";
import { endLeftServices } from "./run/left-services.js";

declare module "vitest" {
  interface TaskMeta {
    /** Of a file: what its process and the children of that had used when it was over. */
    usedMs?: number;
    /** The process that ran it. */
    worker?: number;
  }
}

// Runs for every test file. Its hook comes after the file's own ones; the process then goes on with the next file.
// oxlint-disable-next-line no-empty-pattern -- vitest reads from the pattern which fixtures to make
afterAll(async ({}, suite) => {
  await endLeftServices();
  await endOwnKeys(inject("redisUrl"));
  Object.assign(suite.file.meta, { usedMs: cpuTimeMs(), worker: process.pid });
});

// CI runs a failed test once more. No reporter shows that, so this does.
afterEach(({ task }) => {
  const retries = task.result?.retryCount ?? 0;
  if (retries > 0) console.warn(`retry x${retries}: ${task.file.name} > ${task.name}`);
});
