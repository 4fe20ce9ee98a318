import { scopeOf } from "../../access/grants.js";
import { namesOf } from "../../memory/ports/receipts.js";
import { formerPage, removeFormer } from "./former-page.js";
import type { ReceiptDeps } from "./read.js";

/** Seconds for which a namespace keeps receipts. */
type KeepOf = (namespace: string) => Promise<number>;

/**
 * Steps of a walk over receipts in keys of their own, again and again. Each has a time to live by the settings of when it came;
 * those whose namespaces keep them less long now end with this.
 *
 * @returns a step; `now` in milliseconds since the epoch
 */
export function createFormerTrim(deps: ReceiptDeps): (now: number, keepOf: KeepOf) => Promise<void> {
  // Those that the upgrade has not listed yet come later.
  const listed = { ...deps, formerListed: async () => true };
  let next = "0";
  return async (now, keepOf) => {
    const { receipts, cursor } = await formerPage(listed, next);
    next = cursor;
    const exact = receipts.map(({ key, receipt }) => ({
      key,
      at: receipt.at,
      names: namesOf(receipt).filter(
        (name) => !scopeOf(name).below && receipt.request.namespaces.includes(name),
      ),
    }));
    const kept = new Map<string, number>();
    for (const name of new Set(exact.flatMap(({ names }) => names))) kept.set(name, await keepOf(name));
    const ended = exact.filter(({ at, names }) => {
      const seconds = Math.min(...names.map((name) => kept.get(name) ?? Infinity));
      return at + seconds * 1000 <= now;
    });
    await removeFormer(
      deps,
      ended.map(({ key }) => key),
    );
  };
}
