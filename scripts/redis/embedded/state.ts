import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { processIdentity } from "../../bootstrap/process-identity.mjs";
import { urlOf } from "../server/connect.js";

export interface ProcessRef {
  readonly pid: number;
  /** See `processIdentity`. */
  readonly identity: string;
}

/** What the starts on one data folder tell each other. Read and written under the folder's lock only. */
export interface EmbeddedState {
  readonly port: number;
  readonly label: string;
  readonly server?: ProcessRef;
  /** The processes that use the server. The last one to leave stops it. */
  readonly owners: readonly ProcessRef[];
}

/** The paths below a data folder. */
export function filesOf(dataDir: string) {
  return {
    lock: join(dataDir, "redis.lock"),
    state: join(dataDir, "redis.json"),
    password: join(dataDir, "redis.password"),
    url: join(dataDir, "redis.url"),
    config: join(dataDir, "redis.conf"),
    redis: join(dataDir, "redis"),
    log: join(dataDir, "redis", "redis.log"),
  };
}

/** Makes the data folder, closed to other users: it holds the memories and the password. */
export function prepareDataDir(dataDir: string): void {
  const { redis } = filesOf(dataDir);
  mkdirSync(redis, { recursive: true, mode: 0o700 });
  chmodSync(redis, 0o700);
}

export function readState(dataDir: string): EmbeddedState | undefined {
  const { state } = filesOf(dataDir);
  if (!existsSync(state)) return undefined;
  // Only writeState writes it, whole or not at all.
  return JSON.parse(readFileSync(state, "utf8")) as EmbeddedState;
}

/** Writes the state, and beside it the server's URL, which other programs of this user may read. */
export function writeState(dataDir: string, state: EmbeddedState): void {
  const files = filesOf(dataDir);
  writeWhole(files.state, JSON.stringify(state));
  writeWhole(files.url, urlOf(state.port, readOrMakePassword(dataDir)));
}

/** Writes a file that only this user may read, whole or not at all. */
function writeWhole(file: string, text: string): void {
  writeFileSync(`${file}.new`, text, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/** The server's password, made at the first start: other users of this machine must not read the memories. */
export function readOrMakePassword(dataDir: string): string {
  const { password: file } = filesOf(dataDir);
  if (!existsSync(file)) {
    writeWhole(file, randomBytes(32).toString("hex"));
  }
  return readFileSync(file, "utf8").trim();
}

export function refOf(pid: number): ProcessRef | undefined {
  const identity = processIdentity(pid);
  return identity === undefined ? undefined : { pid, identity };
}

export function isAlive({ pid, identity }: ProcessRef): boolean {
  return processIdentity(pid) === identity;
}
