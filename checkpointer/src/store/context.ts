import type { Client } from "./client.js";
import type { Settings } from "./options.js";
import type { LargeValues } from "../value/large-values.js";

/** Dependencies of every operation. */
export interface StoreContext {
  readonly client: Client;
  readonly settings: Settings;
  readonly largeValues: LargeValues;
}
