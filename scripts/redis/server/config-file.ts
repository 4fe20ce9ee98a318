import { writeFileSync } from "node:fs";

export type AppendFsync = "always" | "everysec" | "no";

export interface RedisSettings {
  /** 0 listens on no port. */
  readonly port: number;
  readonly dir: string;
  readonly unixSocket?: string;
  readonly password?: string;
  /** False keeps nothing on disk. */
  readonly appendonly: boolean;
  /** Name of the snapshot in `dir`: loaded without an append-only file, and written by BGSAVE. */
  readonly snapshot?: string;
  readonly appendfsync: AppendFsync;
  /** As Redis reads it, such as `2gb`; undefined: no limit. */
  readonly maxmemory?: string;
  /** Absolute paths. */
  readonly modules: readonly string[];
}

/** Writes a redis.conf that only its owner can read: it may hold the password. */
export function writeConfig(file: string, settings: RedisSettings): void {
  writeFileSync(file, configText(settings), { mode: 0o600 });
}

function configText({
  port,
  dir,
  unixSocket,
  password,
  appendonly,
  snapshot,
  appendfsync,
  maxmemory,
  modules,
}: RedisSettings): string {
  const lines = [
    `port ${port}`,
    "bind 127.0.0.1",
    "protected-mode yes",
    ...(unixSocket === undefined ? [] : [`unixsocket ${quote(unixSocket)}`, "unixsocketperm 700"]),
    ...(password === undefined ? [] : [`requirepass ${quote(password)}`]),
    "daemonize no",
    `dir ${quote(dir)}`,
    // The append-only file, with an RDB preamble after each rewrite, is the only copy on disk.
    'save ""',
    ...(snapshot === undefined ? [] : [`dbfilename ${quote(snapshot)}`]),
    `appendonly ${appendonly ? "yes" : "no"}`,
    `appendfsync ${appendfsync}`,
    "aof-use-rdb-preamble yes",
    // A memory is removed by its own retention, never because something else needed room.
    "maxmemory-policy noeviction",
    ...(maxmemory === undefined ? [] : [`maxmemory ${maxmemory}`]),
    // A crash report would quote the arguments of commands, which are what callers stored.
    "crash-log-enabled no",
    "crash-memcheck-enabled no",
    "hide-user-data-from-log yes",
    "enable-debug-command no",
    "enable-module-command no",
    "enable-protected-configs no",
    ...modules.map((path) => `loadmodule ${quote(path)}`),
  ];
  return `${lines.join("\n")}\n`;
}

function quote(value: string): string {
  return `"${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}
