// A process that owns the embedded Redis of a data folder: node embedded-owner.mjs DIR. A line on stdin releases it.
import { once } from "node:events";

// Computed, so that the type check of the tests doesn't descend into dist.
const { provideRedis } = await import(new URL("../../dist/scripts/redis/provide.js", import.meta.url).href);

const redis = await provideRedis({ ...process.env, REDIS_URL: "", MNEME_DATA_DIR: process.argv[2] });
console.log(JSON.stringify({ url: redis.url, description: redis.description }));
await once(process.stdin, "data");
await redis.release();
process.exit();
