// A process that copies the threads of LangGraph for Python, for a test to kill.
import { copyThreads, PythonRedis, RedisSaver } from "@mneme/checkpointer";

const { OLD_URL = "", REDIS_URL = "", KEY_PREFIX = "", CHECKPOINT_PREFIX = "" } = process.env;
const old = await PythonRedis.fromUrl(OLD_URL, {
  checkpointPrefix: CHECKPOINT_PREFIX,
  checkpointWritePrefix: `${CHECKPOINT_PREFIX}_write`,
});
const saver = await RedisSaver.fromUrl(REDIS_URL, { keyPrefix: KEY_PREFIX });
await copyThreads(old.threads, saver, { onThread: (threadId) => process.send?.(threadId) });
await saver.end();
await old.end();
