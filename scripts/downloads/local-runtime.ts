import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Env } from "../shell/env.js";
import { Failure, messageOf } from "../shell/failure.js";
import { cacheDir, installOnce } from "./cache.js";
import { readVerified } from "./sha256.js";

const run = promisify(execFile);

const VERSION = "1.30.0";
/** The name of its folder in the cache. */
const NAME = `onnxruntime-${VERSION}-${process.platform}-${process.arch}`;
/** What runs of the two packages, without the binaries of other platforms. */
const PACKAGES = [
  {
    name: "onnxruntime-common",
    sha256: "7906c439e0d3e0f4048caa23b64cdfadc0f455c377f579ce1ab2a4b778f07d5f",
    contents: ["package/dist", "package/package.json"],
  },
  {
    name: "onnxruntime-node",
    sha256: "6e3390d6b783e7be946fad629292799da28d0b42f84856e50d2c1b0383291e75",
    contents: [
      "package/dist",
      "package/package.json",
      `package/bin/napi-v6/${process.platform}/${process.arch}`,
    ],
  },
] as const;

/**
 * The setting by which a service finds ONNX Runtime, which is downloaded if it isn't in the cache yet. Empty where Node
 * finds it by itself, as in a clone. Throws a {@link Failure} that names the ways out.
 */
export async function provideRuntime(env: Env): Promise<{ readonly MNEME_RUNTIME_DIR?: string }> {
  if (env["MNEME_RUNTIME_DIR"]) return { MNEME_RUNTIME_DIR: env["MNEME_RUNTIME_DIR"] };
  if (isInstalled()) return {};
  try {
    return { MNEME_RUNTIME_DIR: await installOnce(cacheDir(env), NAME, fill) };
  } catch (error) {
    throw new Failure(
      [
        `ONNX Runtime, which runs the local embedding model, could not be fetched: ${messageOf(error)}`,
        "Ways out:",
        `  npm install --global --ignore-scripts onnxruntime-node@${VERSION}, and MNEME_RUNTIME_DIR=$(dirname $(npm root --global))`,
        "  OPENAI_API_KEY=<key>    embed with OpenAI instead",
        "  MNEME_EMBEDDER=none     keyword search only, no vectors",
      ].join("\n"),
      { cause: error },
    );
  }
}

/** Where the runtime is, without a download: "" where Node finds it by itself; undefined: it isn't there yet. */
export function presentRuntime(env: Env): string | undefined {
  if (env["MNEME_RUNTIME_DIR"]) return env["MNEME_RUNTIME_DIR"];
  if (isInstalled()) return "";
  const folder = join(cacheDir(env), NAME);
  return existsSync(folder) ? folder : undefined;
}

function isInstalled(): boolean {
  try {
    createRequire(import.meta.url).resolve("onnxruntime-node");
    return true;
  } catch {
    return false;
  }
}

/** `npm pack` downloads a package as it is, and runs no script of it. */
async function fill(folder: string): Promise<void> {
  console.error("Fetching ONNX Runtime (once, 114 MB) ...");
  for (const { name, sha256, contents } of PACKAGES) {
    const target = join(folder, "node_modules", name);
    await mkdir(target, { recursive: true });
    const file = `${name}-${VERSION}.tgz`;
    const options = { cwd: folder, shell: process.platform === "win32" };
    await run("npm", ["pack", `${name}@${VERSION}`, "--silent", "--ignore-scripts"], options);
    await readVerified(join(folder, file), file, sha256);
    await run("tar", ["-xzf", file, "-C", target, "--strip-components=1", ...contents], { cwd: folder });
    await rm(join(folder, file));
  }
}
