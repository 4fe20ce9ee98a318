import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { cacheDir, installOnce } from "../../../scripts/downloads/cache.js";
import { pipInstall } from "../../../scripts/downloads/pip.js";

const REQUIREMENTS = join(import.meta.dirname, "requirements.txt");
const KEYS = { id: "mnemetests", secret: "a secret of the tests alone" } as const;

export interface S3 {
  readonly url: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** The folder that the bucket's objects are in. */
  readonly bucketFolder: string;
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** A real S3 server on loopback, with one bucket `memories`, from packages of Python that are installed once. */
export async function startS3(folder: string): Promise<S3> {
  const version = createHash("sha256").update(readFileSync(REQUIREMENTS)).digest("hex").slice(0, 16);
  const packages = await installOnce(cacheDir(process.env), `s3-server-${version}`, (target) =>
    pipInstall(REQUIREMENTS, target, { ...process.env }),
  );
  const bucketFolder = join(folder, "memories");
  mkdirSync(bucketFolder);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  let stop: () => Promise<void> = async () => {};

  async function start(): Promise<void> {
    const child = spawn(
      "python3",
      [
        "-m",
        "nanio",
        "serve",
        `--data-dir=${folder}`,
        "--host=127.0.0.1",
        `--port=${port}`,
        "--log-level=error",
      ],
      {
        env: {
          PATH: process.env["PATH"],
          TMPDIR: process.env["TMPDIR"],
          PYTHONPATH: packages,
          NANIO_ACCESS_KEY: KEYS.id,
          NANIO_SECRET_KEY: KEYS.secret,
        },
        stdio: "ignore",
      },
    );
    const exited = once(child, "exit");
    stop = async () => {
      child.kill("SIGKILL");
      await exited;
    };
    for (let tries = 0; tries < 300 && child.exitCode === null; tries++) {
      const answer = await fetch(url).catch(() => undefined);
      // It doesn't let in a request without a signature.
      if (answer?.status === 403) return;
      await sleep(100);
    }
    await stop();
    throw new Error("The S3 server didn't start.");
  }

  await start();
  return {
    url,
    accessKeyId: KEYS.id,
    secretAccessKey: KEYS.secret,
    bucketFolder,
    start,
    stop: () => stop(),
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
