import type { RedisGateway } from "../client.js";
import type { Keys } from "../keys.js";

export interface StoreDeps {
  readonly redis: RedisGateway;
  readonly keys: Keys;
  /** Id of the embedding model whose vectors are served; undefined without one. */
  readonly model: string | undefined;
}
