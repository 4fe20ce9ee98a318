import type { Patience } from "../../../src/redis/connection/patience.js";
import { realpathSync } from "node:fs";
import { withLock } from "../../bootstrap/lock.mjs";
import { Failure, messageOf } from "../../shell/failure.js";
import type { RedisBinary } from "../server/binary.js";
import { writeConfig } from "../server/config-file.js";
import type { AppendFsync } from "../server/config-file.js";
import { urlOf } from "../server/connect.js";
import {
  filesOf,
  isAlive,
  prepareDataDir,
  readOrMakePassword,
  readState,
  refOf,
  writeState,
} from "./state.js";
import type { EmbeddedState } from "./state.js";
import { folderOf, workingDirectoryOf } from "./folder-of.js";
import { adoptSnapshot, SNAPSHOT, snapshotToLoad } from "./snapshot.js";
import { freePort, portIsFree } from "../server/free-port.js";
import { ask, launch, waitUntilReady, ifDamaged } from "../server/launch.js";
import { shutdown } from "../server/shutdown.js";

const PORT_ATTEMPTS = 3;

export interface EmbeddedOptions {
  /** Absolute; one server per folder. */
  readonly dataDir: string;
  /** Asked for only when a server must be started. */
  readonly findBinary: () => Promise<RedisBinary>;
  /** Default: the port of the last time, else a free one. */
  readonly port?: number;
  readonly appendfsync?: AppendFsync;
  /** As Redis reads it; default: no limit. */
  readonly maxmemory?: string;
  readonly note?: (line: string) => void;
  /** Ends a start that waits for the data to be loaded. */
  readonly signal?: AbortSignal;
}

export interface EmbeddedRedis {
  /** With the password. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  readonly version: string;
  readonly label: string;
  /** True when it already ran: beside another service, or left behind by one that was killed. */
  readonly found: boolean;
}

/**
 * Makes this process an owner of the data folder's Redis, which is started unless it runs. Safe against other
 * processes that do the same at the same time. Throws a {@link Failure} when it can't start.
 */
export async function acquireEmbedded(options: EmbeddedOptions): Promise<EmbeddedRedis> {
  const { dataDir, note } = options;
  prepareDataDir(dataDir);
  return withLock(
    filesOf(dataDir).lock,
    async () => (await findRunning(options)) ?? (await startServer(options)),
    (pid) => note?.(`Waiting for process ${pid}, which starts or stops Redis ...`),
    options.signal,
  );
}

/**
 * Ends this process's ownership. The server is stopped, and waited for, when no living process owns it any more.
 * Throws a {@link Failure} when it refuses to stop.
 */
export async function releaseEmbedded(dataDir: string): Promise<{ stopped: boolean }> {
  return withLock(filesOf(dataDir).lock, async () => {
    const state = readState(dataDir);
    if (state === undefined || (await isCopy(dataDir, state))) return { stopped: false };
    const { server, ...rest } = state;
    const owners = otherOwners(state);
    if (server === undefined || owners.length > 0) {
      writeState(dataDir, { ...state, owners });
      return { stopped: false };
    }
    if (isAlive(server)) {
      await shutdown(server.pid, { port: state.port, password: readOrMakePassword(dataDir) });
    }
    writeState(dataDir, { ...rest, owners });
    return { stopped: true };
  });
}

async function findRunning(options: EmbeddedOptions): Promise<EmbeddedRedis | undefined> {
  const { dataDir } = options;
  const state = readState(dataDir);
  if (state === undefined) return undefined;
  const address = { port: state.port, password: readOrMakePassword(dataDir) };
  if (await isCopy(dataDir, state)) return undefined;
  // The starter may have died before it could note the pid. No other server takes our password.
  const pid =
    state.server !== undefined && isAlive(state.server)
      ? state.server.pid
      : await ask(address).then(
          (found) => found.pid,
          () => undefined,
        );
  if (pid === undefined) return undefined;
  const facts = await waitUntilReady(pid, address, filesOf(dataDir).log, patienceOf(options));
  own(dataDir, state, facts.pid);
  return { ...describe(state, address.password), pid: facts.pid, version: facts.version, found: true };
}

/**
 * A copy of a data folder names the server of the original, with its port and password. What runs there keeps its data
 * in another folder, so it is none of this one's business.
 */
async function isCopy(dataDir: string, { port, server }: EmbeddedState): Promise<boolean> {
  const folder = await folderOf({ port, password: readOrMakePassword(dataDir) });
  if (folder !== undefined) return folder !== realpathSync(filesOf(dataDir).redis);
  // It doesn't answer yet: what the operating system says of the process decides.
  const place = server !== undefined && isAlive(server) ? workingDirectoryOf(server.pid) : undefined;
  return place !== undefined && place !== realpathSync(filesOf(dataDir).redis);
}

async function startServer(options: EmbeddedOptions): Promise<EmbeddedRedis> {
  const { dataDir, appendfsync = "everysec", maxmemory, note } = options;
  const binary = await options.findBinary();
  const files = filesOf(dataDir);
  const password = readOrMakePassword(dataDir);
  const snapshot = snapshotToLoad(files.redis, note);
  for (let attempt = 1; ; attempt++) {
    const port = await choosePort(options, readState(dataDir)?.port);
    writeConfig(files.config, {
      port,
      dir: files.redis,
      password,
      // With an append-only file, Redis wouldn't look at a snapshot.
      appendonly: snapshot === undefined,
      snapshot: snapshot ?? SNAPSHOT,
      appendfsync,
      ...(maxmemory === undefined ? {} : { maxmemory }),
      modules: binary.modules,
    });
    const state = { port, label: binary.label, owners: [] };
    // Before the start, so that a server whose starter is killed right then is still found.
    writeState(dataDir, state);
    const pid = launch(binary, files, true);
    own(dataDir, state, pid);
    try {
      const { version } = await waitUntilReady(pid, { port, password }, files.log, patienceOf(options));
      if (snapshot !== undefined) await adoptSnapshot({ port, password }, files.redis, snapshot, note);
      return { ...describe(state, password), pid, version, found: false };
    } catch (error) {
      const reason = messageOf(error);
      const portTaken = reason.includes("Address already in use");
      if (portTaken && options.port === undefined && attempt < PORT_ATTEMPTS) continue;
      if (portTaken || !reason.startsWith("Redis did not start.")) throw error;
      throw new Failure(`${reason}\n${ifDamaged(binary)}`, { cause: error });
    }
  }
}

function patienceOf({ note = () => {}, signal }: EmbeddedOptions): Patience {
  return { note, signal };
}

async function choosePort({ port }: EmbeddedOptions, remembered: number | undefined): Promise<number> {
  if (port !== undefined) {
    if (await portIsFree(port)) return port;
    throw new Failure(`MNEME_REDIS_PORT is ${port}, but another process listens there.`);
  }
  if (remembered !== undefined && (await portIsFree(remembered))) return remembered;
  return freePort();
}

function own(dataDir: string, state: EmbeddedState, serverPid: number): void {
  const [server, self] = [refOf(serverPid), refOf(process.pid)];
  writeState(dataDir, {
    port: state.port,
    label: state.label,
    ...(server === undefined ? {} : { server }),
    owners: [...otherOwners(state), ...(self === undefined ? [] : [self])],
  });
}

function otherOwners({ owners }: EmbeddedState) {
  return owners.filter((owner) => owner.pid !== process.pid && isAlive(owner));
}

function describe({ port, label }: EmbeddedState, password: string) {
  return { url: urlOf(port, password), port, label };
}
