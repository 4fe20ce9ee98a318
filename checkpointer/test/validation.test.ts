import { createClient } from "redis";
import { inject } from "vitest";
import { validateSaver } from "./support/validation.js";

const client = createClient({ url: inject("redisUrl") });

validateSaver("Redis with modules", {
  start: () => client.connect(),
  stop: () => client.close(),
});
