import type { Actor } from "../../domain/context.js";
import type { Memory, Origin, Publication, Publisher } from "./record.js";

/** The most publishers kept per copy, the earliest first. */
const MOST_PUBLISHERS = 32;

/** Those who published a copy so far, and who publishes it now. */
export function publishersOf(
  before: Origin | undefined,
  { published_by: agent, published_by_key: key }: Publication,
): readonly Publisher[] {
  const known = before === undefined ? [] : publishersIn(before);
  const next: Publisher = key === undefined ? { agent } : { agent, key };
  return known.some((each) => each.agent === next.agent && each.key === next.key)
    ? known
    : [...known, next].slice(0, MOST_PUBLISHERS);
}

function publishersIn({ publishers, published_by }: Origin): readonly Publisher[] {
  return publishers ?? [{ agent: published_by }];
}

/**
 * Whether an actor may let a copy out of quarantine: not if it published that copy itself, under the same name, or with
 * a key that a publisher made. Without keys every caller is the same actor, so that rule would block all releases.
 */
export function mayRelease({ agent, keyId, makers }: Actor, { origin }: Pick<Memory, "origin">): boolean {
  if (keyId === null || origin === null) return true;
  const selves = [{ agent, keyId }, ...makers];
  return !publishersIn(origin).some((publisher) =>
    selves.some((self) => self.agent === publisher.agent || self.keyId === publisher.key),
  );
}
