import { existsSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

const NEEDED = ["redisearch.so", "rejson.so"] as const;

/**
 * Search and JSON that come with a server as files of their own, as with Redis 8: a server that is started without its
 * `redis-full.conf` doesn't load them. Each result is a set to try, most likely first; absolute paths.
 *
 * @param command absolute
 */
export function ownModules(command: string): string[][] {
  const roots = [...new Set([command, realpathSync(command)].map((file) => dirname(dirname(file))))];
  const folders = roots.flatMap((root) => [join(root, "lib", "redis", "modules"), join(root, "modules")]);
  const configs = roots
    .flatMap((root) => [root, join(root, "etc"), join(root, "etc", "redis")])
    // Of a package of the system, whose server is in /usr/bin.
    .concat(roots.includes("/usr") ? ["/etc/redis", "/etc"] : [])
    .map((folder) => join(folder, "redis-full.conf"));
  const sets = [
    ...folders.map((folder) => NEEDED.map((name) => join(folder, name))),
    ...configs.filter((file) => existsSync(file)).map(modulesOf),
  ];
  return sets.filter((set) => set.length === NEEDED.length && set.every((file) => existsSync(file)));
}

/** The needed ones among `loadmodule PATH ARGUMENTS`; a relative path is meant from the file's folder. */
function modulesOf(config: string): string[] {
  const paths = readFileSync(config, "utf8")
    .split("\n")
    .map((line) => /^\s*loadmodule\s+("[^"]+"|\S+)/i.exec(line)?.[1]?.replaceAll('"', ""))
    .filter((path) => path !== undefined);
  return NEEDED.flatMap((name) => paths.filter((path) => path.endsWith(`/${name}`)).slice(0, 1)).map((path) =>
    resolve(dirname(config), path),
  );
}
