import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Env } from "../shell/env.js";
import { writeConfig } from "../redis/server/config-file.js";
import { urlOf } from "../redis/server/connect.js";
import { findRedis } from "../redis/find.js";
import { freePort } from "../redis/server/free-port.js";
import { launch, waitUntilReady } from "../redis/server/launch.js";
import { shutdown } from "../redis/server/shutdown.js";
import { disownProcess, ownProcess } from "./children.js";

export interface ThrowawayRedis {
  readonly url: string;
  readonly version: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/** A Redis on the loopback that keeps nothing on disk, so that a measurement is of Redis and not of the disk. */
export async function startThrowawayRedis(env: Env): Promise<ThrowawayRedis> {
  const binary = await findRedis(env);
  const dir = mkdtempSync(join(tmpdir(), "mneme-"));
  const files = { config: join(dir, "redis.conf"), log: join(dir, "redis.log") };
  const port = await freePort();
  writeConfig(files.config, {
    port,
    dir,
    appendonly: false,
    appendfsync: "no",
    modules: binary.modules,
  });
  const pid = launch(binary, files, false);
  ownProcess(pid, dir);
  const { version } = await waitUntilReady(pid, { port }, files.log);
  return {
    url: urlOf(port),
    version,
    pid,
    async stop() {
      await shutdown(pid, { port });
      disownProcess(pid);
    },
  };
}
