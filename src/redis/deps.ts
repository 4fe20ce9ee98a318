import type { Auditor } from "../access/auditor.js";
import type { Meter } from "../access/meter.js";
import type { RedisGateway } from "../client.js";
import type { Keys } from "../keys.js";
import type { IndexStatistics } from "../statistics.js";

export interface StoreDeps {
  readonly redis: RedisGateway;
  readonly auditor: Auditor;
  readonly meter: Meter;
  readonly keys: Keys;
  readonly statistics: IndexStatistics;
  /** Id of the embedding model whose vectors are served; undefined without one. */
  readonly model: string | undefined;
}
