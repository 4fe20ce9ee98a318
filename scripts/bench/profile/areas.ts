/** Packages that are areas of their own, by the beginning of their path in node_modules. */
const PACKAGES: readonly (readonly [path: string, area: string])[] = [
  ["hono/", "Hono"],
  ["@hono/node-server/", "Hono"],
  ["@hono/zod-openapi/", "Hono"],
  ["zod/", "zod"],
  ["@redis/", "node-redis"],
  ["redis/", "node-redis"],
  ["pino", "pino"],
  ["sonic-boom/", "pino"],
  ["prom-client/", "prom-client"],
];

/** Native functions that write to sockets and files. */
const WRITES = /^write/;

/** Which part of the service a function belongs to. */
export function areaOf(functionName: string, url: string): string {
  if (functionName === "(garbage collector)") return "garbage collection";
  if (url === "") return nativeArea(functionName);
  if (url.startsWith("node:")) return "Node's JavaScript";
  const inPackage = /.*\/node_modules\/(.*)$/.exec(url)?.[1];
  if (inPackage !== undefined)
    return PACKAGES.find(([path]) => inPackage.startsWith(path))?.[1] ?? "other packages";
  const folder = /\/dist\/src\/([\w-]+)/.exec(url)?.[1];
  return folder === undefined ? "other" : `src/${folder}`;
}

function nativeArea(functionName: string): string {
  if (WRITES.test(functionName)) return "writing to sockets";
  return functionName === "runMicrotasks" ? "promises" : "Node's native code";
}
