import type { Client } from "./client.js";
import type { Settings } from "./options.js";

/** What every operation works with. */
export interface StoreContext {
  readonly client: Client;
  readonly settings: Settings;
}
