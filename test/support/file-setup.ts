import { afterAll, inject } from "vitest";
import { endOwnKeys } from "./redis/own-keys.js";
import { endLeftServices } from "./run/left-services.js";

// Runs for every test file. Its hook comes after the file's own ones; the process then goes on with the next file.
afterAll(async () => {
  await endLeftServices();
  await endOwnKeys(inject("redisUrl"));
});
