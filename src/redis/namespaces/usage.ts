import type { MemorySize } from "../codec/encode.js";
import type { Keys } from "../keys.js";
import type { ScriptScope } from "../scripts/bind.js";

/** The arguments of a metered script, after those of the audit: see lua/usage.lua. */
export interface MeterArguments extends ScriptScope {
  readonly keys: readonly [usage: string, ending: string, settings: string];
  readonly args: readonly [
    memories: string,
    bytes: string,
    json: string,
    vectors: string,
    exempt: string,
    versionMs: string,
  ];
}

/** A namespace's quota; null: unlimited. */
export interface Quota {
  readonly memories: number | null;
  readonly bytes: number | null;
}

/** The arguments of a metered script that writes a memory of this size; without one, it writes none. */
export type Meter = (namespace: string, size?: MeteredSize) => MeterArguments;

export interface MeteredSize extends MemorySize {
  /** It counts, but no quota refuses it. */
  readonly exempt?: boolean;
  /** Its writer may not read: a full namespace refuses it also where it is there already. */
  readonly blind?: boolean;
}

/**
 * `byDefault` holds where a namespace's settings have no quota of their own. `versionMs`: how long a superseded version is
 * kept; undefined: as long as its memory.
 */
export function createMeter(keys: Keys, byDefault: Quota, versionMs?: number): Meter {
  const text = (value: number | null | undefined): string => (value ?? "").toString();
  return (namespace, size) => ({
    keys: [keys.usage(namespace), keys.usageEnding(namespace), keys.settings(namespace)],
    args: [
      text(byDefault.memories),
      text(byDefault.bytes),
      text(size?.json),
      text(size?.vectors),
      size?.exempt === true ? "1" : size?.blind === true ? "2" : "0",
      text(versionMs),
    ],
  });
}
