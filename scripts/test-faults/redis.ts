import { appendFileSync, existsSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createClient } from "redis";
import { processIdentity } from "../bootstrap/process-identity.mjs";
import { disownProcess, ownProcess } from "../harness/children.js";
import { findRedis } from "../redis/find.js";
import { writeConfig } from "../redis/server/config-file.js";
import { urlOf } from "../redis/server/connect.js";
import { freePort } from "../redis/server/free-port.js";
import { launch, waitUntilReady } from "../redis/server/launch.js";
import type { Env } from "../shell/env.js";
import { clockEnv } from "./clock.js";

/** A Redis that keeps an append-only file, as `npm start` brings it. */
export interface FaultRedis {
  readonly port: number;
  readonly url: string;
  readonly pid: number;
  readonly version: string;
  /** The folder that its snapshots go to. */
  readonly dir: string;
  command(...words: string[]): Promise<unknown>;
  kill9(): Promise<void>;
  /** After `kill9`: same port, same data. Resolves when the data is loaded. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** `clock`: a file that shifts its clock; undefined: it has the machine's. */
export async function startFaultRedis(env: Env, clock: string | undefined): Promise<FaultRedis> {
  const found = await findRedis(env);
  const binary = { ...found, env: { ...found.env, ...clockEnv(clock) } };
  const home = mkdtempSync(join(tmpdir(), "mneme-"));
  const dir = join(home, "data");
  mkdirSync(dir);
  const files = { config: join(home, "redis.conf"), log: join(home, "redis.log") };
  const port = await freePort();
  writeConfig(files.config, {
    port,
    dir,
    appendonly: true,
    appendfsync: "everysec",
    modules: binary.modules,
  });
  // A snapshot that fails stops writes, as a full disk does; nothing else makes one.
  appendFileSync(files.config, "dbfilename snapshot.rdb\n");
  writeFileSync(files.log, "");
  let pid = 0;
  const start = async (): Promise<string> => {
    pid = launch(binary, files, false);
    ownProcess(pid, home);
    return (await waitUntilReady(pid, { port }, files.log)).version;
  };
  const version = await start();
  const kill9 = async (): Promise<void> => {
    const identity = processIdentity(pid);
    if (identity === undefined) return;
    process.kill(pid, "SIGKILL");
    while (processIdentity(pid) === identity) await sleep(10);
  };
  return {
    port,
    url: urlOf(port),
    get pid() {
      return pid;
    },
    version,
    dir,
    async command(...words) {
      const client = createClient({ url: urlOf(port), RESP: 2 });
      client.on("error", () => {});
      await client.connect();
      try {
        return await client.sendCommand(words);
      } finally {
        client.destroy();
      }
    },
    kill9,
    restart: async () => void (await start()),
    async stop() {
      await kill9();
      if (existsSync(home)) disownProcess(pid);
    },
  };
}
