import type { ModuleVersions } from "./capabilities.js";
import { versionText } from "./capabilities.js";
import type { Product } from "./product.js";

const MIN_VERSION = [7, 4] as const;

/** What a server must have. */
const NEEDED = [
  { module: "search", feature: "search", command: "FT.SEARCH", from: 21_000 },
  { module: "json", feature: "JSON", command: "JSON.SET", from: 20_800 },
] as const;

export const NEEDED_COMMANDS = NEEDED.map(({ command }) => command);

/**
 * Why a server can't hold memories, in words that follow "isn't supported: "; undefined if it can.
 *
 * @param known which of {@link NEEDED_COMMANDS} the server has
 */
export function unfitReason(
  product: Product,
  modules: ModuleVersions,
  known: readonly boolean[],
): string | undefined {
  const { name, version, isRedis } = product;
  const missing = NEEDED.filter((_, index) => known[index] !== true).map(({ feature }) => feature);
  if (!isRedis) {
    const title = `${name} ${version}`.trim();
    return missing.length === 0
      ? `it is ${title}, whose search and JSON differ from Redis's`
      : `it is ${title}, which has no ${missing.join(" and no ")}`;
  }
  const tooOld = olderThanNeeded(version);
  const old = NEEDED.filter(({ module, from }) => (modules[module] ?? from) < from);
  const reasons = [
    ...(tooOld ? [`version ${version} is older than ${MIN_VERSION.join(".")}`] : []),
    ...(missing.length > 0 ? [`it has no ${missing.join(" and no ")}`] : []),
    ...old.map(
      ({ module, feature, from }) =>
        `its ${feature} module ${versionText(modules[module] ?? 0)} is older than ${versionText(from)}`,
    ),
  ];
  if (reasons.length === 0) return undefined;
  const hint = missing.length > 0 && !tooOld && isEight(version) ? ` ${LOAD_MODULES}` : "";
  return `${reasons.join("; ")}${hint}`;
}

/** Redis 8 has them, but as modules that a start without this file doesn't load. */
const LOAD_MODULES = "(start it with its redis-full.conf, or use the image redis:8.2.3)";

const isEight = (version: string): boolean => Number(version.split(".")[0]) >= 8;

function olderThanNeeded(version: string): boolean {
  if (version === "") return false;
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major < MIN_VERSION[0] || (major === MIN_VERSION[0] && minor < MIN_VERSION[1]);
}
