import { accessSync, constants, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import type { Env } from "../shell/env.js";
import { messageOf } from "../shell/failure.js";
import type { RedisBinary } from "./server/binary.js";
import { writeConfig } from "./server/config-file.js";
import { launch, waitUntilReady } from "./server/launch.js";
import { ownModules } from "./own-modules.js";
import { shutdown } from "./server/shutdown.js";

/** The plain server first: Redis 8 brings search and JSON. The other one is Redis Stack's wrapper script. */
const NAMES = ["redis-server", "redis-stack-server"] as const;

export interface PathSearch {
  readonly binary: RedisBinary | undefined;
  /** Why each candidate on PATH was passed over. */
  readonly skipped: readonly string[];
}

/** The first server on PATH that really has search and JSON: each candidate is started and asked. */
export async function findOnPath(env: Env): Promise<PathSearch> {
  const skipped: string[] = [];
  for (const name of NAMES) {
    const command = which(name, env);
    if (command === undefined) continue;
    const unfit: string[] = [];
    for (const modules of [[], ...ownModules(command)]) {
      const binary: RedisBinary = { label: `${name} on PATH`, command, modules, env: {} };
      const reason = await probe(binary);
      if (reason === undefined) return { binary, skipped };
      unfit.push(modules.length === 0 ? reason : `with ${dirname(modules[0] ?? "")}, ${reason}`);
    }
    skipped.push(`${command} was passed over: ${unfit.join("; ")}`);
  }
  return { binary: undefined, skipped };
}

/** Starts the server on a socket in a folder of its own, asks what it can, stops it. */
async function probe(binary: RedisBinary): Promise<string | undefined> {
  const dir = mkdtempSync(join(tmpdir(), "mneme-"));
  const [config, log, unixSocket] = [
    join(dir, "redis.conf"),
    join(dir, "redis.log"),
    join(dir, "redis.sock"),
  ];
  try {
    writeConfig(config, {
      port: 0,
      dir,
      unixSocket,
      appendonly: false,
      appendfsync: "everysec",
      modules: binary.modules,
    });
    const pid = launch(binary, { config, log }, false);
    try {
      return (await waitUntilReady(pid, { unixSocket }, log)).unfit;
    } finally {
      await shutdown(pid, { unixSocket });
    }
  } catch (error) {
    return messageOf(error);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function which(name: string, env: Env): string | undefined {
  return (env["PATH"] ?? "")
    .split(delimiter)
    .filter((folder) => folder !== "")
    .map((folder) => join(folder, name))
    .find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
