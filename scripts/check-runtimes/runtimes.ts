import { join } from "node:path";
import { install, run } from "./packages.js";

export interface Runtime {
  readonly name: string;
  /** Program and arguments that run a file. */
  command(file: string): readonly [string, ...string[]];
  /** Whether it runs the service too. */
  readonly isNode: boolean;
}

/** Packages that bring a runtime, by what `--only` calls them. */
const PACKAGES: Readonly<Record<string, string>> = {
  node20: "node@20",
  node22: "node@22",
  node24: "node@24",
  bun: "bun@1",
  deno: "deno@2",
};
export const RUNTIMES: readonly string[] = Object.keys(PACKAGES);

/** Installs a runtime into a folder of its own. */
export async function installRuntime(name: string, folder: string): Promise<Runtime> {
  const own = join(folder, name);
  await install(own, [PACKAGES[name] ?? name]);
  const isNode = name.startsWith("node");
  const modules = join(own, "node_modules");
  const program = isNode ? join(modules, "node", "bin", "node") : join(modules, ".bin", name);
  const [version = ""] = (await run(program, ["--version"], { cwd: own })).split("\n");
  return {
    name: `${name} (${version.trim()})`,
    isNode,
    command: (file) =>
      name === "deno" ? [program, "run", "--allow-all", "--node-modules-dir=manual", file] : [program, file],
  };
}
