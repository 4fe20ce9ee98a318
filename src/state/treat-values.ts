import type { PiiCounts, PiiPolicy } from "../pii/kinds.js";
import { underPolicy } from "../pii/under-policy.js";
import { keepShown, treat } from "../pii/treat.js";
import type { PiiVault } from "../pii/vault.js";

/** Dependencies of writes of values. */
export interface TreatingValues {
  readonly vault: PiiVault;
  readonly knownDefaults: {
    of(namespace: string): Promise<{
      /** Of the settings; empty: there are none. */
      readonly version: string;
      /** Undefined: the namespace doesn't look for personal data. */
      readonly pii: PiiPolicy | undefined;
    }>;
    forget(namespace: string): void;
  };
}

interface TreatedValues<Parts> {
  readonly parts: Parts;
  /** Undefined if it isn't looked for. */
  readonly counts: PiiCounts | undefined;
}

/** Writes the parts without the personal data that the namespace doesn't keep, by these settings. */
export function writeTreated<Parts extends object, Outcome>(
  { vault, knownDefaults }: TreatingValues,
  namespace: string,
  parts: Parts,
  write: (treated: TreatedValues<Parts>, settings: string) => Promise<Outcome>,
): Promise<Outcome> {
  return underPolicy(
    async () => {
      const { pii, version } = await knownDefaults.of(namespace);
      if (pii?.state === true) return write(await treat(vault, namespace, pii, parts), version);
      await keepShown(vault, namespace, parts);
      return write({ parts, counts: undefined }, version);
    },
    () => knownDefaults.forget(namespace),
  );
}
