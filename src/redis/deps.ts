import type { Auditor } from "./audit/auditor.js";
import type { Meter } from "./namespaces/usage.js";
import type { RedisGateway } from "./connection/client.js";
import type { Keys } from "./keys.js";
import type { IndexStatistics } from "./index-statistics.js";

export interface StoreDeps {
  readonly redis: RedisGateway;
  readonly auditor: Auditor;
  readonly meter: Meter;
  readonly keys: Keys;
  readonly statistics: IndexStatistics;
}
