import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { processIdentity } from "../../bootstrap/process-identity.mjs";

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

export function writeState(dataDir: string, state: EmbeddedState): void {
  const { state: file } = filesOf(dataDir);
  writeFileSync(`${file}.new`, JSON.stringify(state), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/** The server's password, made at the first start: other users of this machine must not read the memories. */
export function readOrMakePassword(dataDir: string): string {
  const { password: file } = filesOf(dataDir);
  if (!existsSync(file)) {
    writeFileSync(`${file}.new`, randomBytes(32).toString("hex"), { mode: 0o600 });
    renameSync(`${file}.new`, file);
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
