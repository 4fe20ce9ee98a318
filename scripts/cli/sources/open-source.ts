import { Failure } from "../../shell/failure.js";
import { sourceFiles } from "./input/files.js";
import { isRedisUrl, openRedis, refuseOtherUrl } from "./input/redis.js";
import { SOURCES } from "./index.js";
import type { SourceName } from "./index.js";
import type { Item, LeftItem, Meter, Source } from "./source.js";

export interface OpenSource {
  /** For people; without credentials. */
  readonly place: string;
  readonly items: AsyncIterable<Item>;
  readonly meter: Meter;
  /** What the meter will have counted in the end; undefined: it isn't known. */
  readonly bytes: number | undefined;
  /** What couldn't even be looked into. */
  readonly unread: readonly Pick<LeftItem, "where" | "reason">[];
  close(): void;
}

export interface OpenOptions {
  readonly trust: number;
  readonly keyPrefix?: string;
}

/** Opens a file, a folder, or a Redis by its URL. */
export async function openSource(name: SourceName, path: string, options: OpenOptions): Promise<OpenSource> {
  const source: Source = SOURCES[name];
  const { trust, keyPrefix: prefix } = options;
  const meter: Meter = { bytes: 0 };
  refuseOtherUrl(path);
  if (isRedisUrl(path)) {
    if (source.readRedis === undefined) throw new Failure(`${name} has no Redis: give a file.`);
    const { redis, place } = await openRedis(path);
    const items = source.readRedis({ redis, prefix, trust });
    return { place, items, meter, bytes: undefined, unread: [], close: () => redis.destroy() };
  }
  if (prefix !== undefined) throw new Failure("--key-prefix: only with the URL of a Redis.");
  const { files, unread } = await sourceFiles(path, source.isFile);
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  return { place: path, items: source.read({ files, trust }, meter), meter, bytes, unread, close: () => {} };
}
