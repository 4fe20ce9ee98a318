import { createCluster } from "redis";
import { startCluster } from "./support/cluster.js";
import { validateSaver } from "./support/validation.js";

const redis = await startCluster();
const cluster = createCluster({ rootNodes: redis.urls.map((url) => ({ url })) });

validateSaver("Redis Cluster", {
  async start() {
    await cluster.connect();
    return cluster;
  },
  async stop() {
    await cluster.close();
    await redis.stop();
  },
});
