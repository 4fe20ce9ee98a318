import { createClient } from "redis";
import { startRedis } from "../../test/support/redis/start.js";
import { validateSaver } from "./support/validation.js";

const redis = await startRedis({ modules: false });
const client = createClient({ url: redis.url });

validateSaver("Redis without modules", {
  start: () => client.connect(),
  async stop() {
    await client.close();
    await redis.stop();
  },
});
