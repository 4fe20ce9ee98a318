import type { ModuleVersions } from "./capabilities.js";
import { isNotLetIn, isUnknownCommand } from "./error-replies.js";

interface Connection {
  info(section: string): Promise<string>;
  sendCommand(args: string[]): Promise<unknown>;
}

const UNKNOWN: ModuleVersions = { search: undefined, json: undefined };

/**
 * Asks INFO, which also answers while the server loads its data, then MODULE LIST: an ACL may allow only one of them.
 */
export async function findModules(client: Connection): Promise<ModuleVersions> {
  const info = modulesInInfo(await unlessDenied(() => client.info("modules")));
  if (info.search !== undefined && info.json !== undefined) return info;
  return modulesInList(await unlessDenied(() => client.sendCommand(["MODULE", "LIST"])));
}

/** Lines such as `module:name=search,ver=21005,api=1,…`. */
export function modulesInInfo(info: string | undefined): ModuleVersions {
  const found = [...(info ?? "").matchAll(/^module:name=([^,]*),ver=(\d+)/gm)].map(
    ([, name, version]) => [name, version] as const,
  );
  return versionsOf(found);
}

/** What MODULE LIST replies in RESP2 is a list of names and values by turns for each module; in RESP3, an object. */
export function modulesInList(reply: unknown): ModuleVersions {
  if (!Array.isArray(reply)) return UNKNOWN;
  return versionsOf(reply.map((each: unknown) => [field(each, "name"), field(each, "ver")] as const));
}

function field(module: unknown, name: string): unknown {
  if (Array.isArray(module)) return module[module.indexOf(name) + 1];
  if (typeof module !== "object" || module === null) return undefined;
  return Object.getOwnPropertyDescriptor(module, name)?.value;
}

/** The modules are called `search` and `ReJSON`. */
function versionsOf(modules: readonly (readonly [name: unknown, version: unknown])[]): ModuleVersions {
  const version = (wanted: string): number | undefined => {
    const [, found] = modules.find(([name]) => String(name).toLowerCase() === wanted) ?? [];
    return found === undefined || !Number.isInteger(Number(found)) ? undefined : Number(found);
  };
  return { search: version("search"), json: version("rejson") };
}

/** Undefined where an ACL, or a provider that has renamed the command, keeps it from us. */
export async function unlessDenied<Reply>(ask: () => Promise<Reply>): Promise<Reply | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (isNotLetIn(error) || isUnknownCommand(error)) return undefined;
    throw error;
  }
}
