import type { PiiCounts, PiiPolicy } from "../pii/kinds.js";
import { keepShown, treat } from "../pii/treat.js";
import type { PiiVault } from "../pii/vault.js";

/** Dependencies of writes of values. */
export interface TreatingValues {
  readonly vault: PiiVault;
  /** Undefined: the namespace doesn't look for personal data. */
  readonly piiPolicy: (namespace: string) => Promise<PiiPolicy | undefined>;
}

/** The parts without the personal data that the namespace doesn't keep; `counts` is undefined if it isn't looked for. */
export async function treatValues<Parts extends object>(
  { vault, piiPolicy }: TreatingValues,
  namespace: string,
  parts: Parts,
): Promise<{ readonly parts: Parts; readonly counts: PiiCounts | undefined }> {
  const policy = await piiPolicy(namespace);
  if (policy?.state !== true) {
    await keepShown(vault, namespace, parts);
    return { parts, counts: undefined };
  }
  return treat(vault, namespace, policy, parts);
}
