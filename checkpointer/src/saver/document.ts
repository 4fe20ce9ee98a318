import type { Checkpoint } from "@langchain/langgraph-checkpoint";

/** A checkpoint without its values, which are stored one by one. */
export type Document = Omit<Checkpoint, "channel_values">;

/** An object as pairs of name and value. */
type Pairs = readonly (readonly [string, unknown])[];

/**
 * A document as it is given to the serializer. LangGraph's reads objects by assignment, so a channel or node that is
 * named `__proto__` would lose its version: an object with that name is stored as pairs.
 */
export function toStored(document: Document): unknown {
  const { channel_versions: versions, versions_seen: seen } = document;
  if (!isLossy(versions) && !isLossy(seen) && !Object.values(seen).some(isLossy)) return document;
  return {
    ...document,
    channel_versions: toPairs(versions),
    versions_seen: Object.entries(seen).map(([node, channels]) => [node, toPairs(channels)]),
  };
}

/** The document is what {@link toStored} gave. */
export function fromStored(stored: unknown): Document {
  const { channel_versions: versions, versions_seen: seen, ...rest } = stored as Document;
  if (!Array.isArray(versions) || !Array.isArray(seen)) return stored as Document;
  const nodes = (seen as Pairs).map(([node, channels]) => [node, fromPairs(channels as Pairs)]);
  return {
    ...rest,
    channel_versions: fromPairs(versions as Pairs),
    versions_seen: Object.fromEntries(nodes),
  } as Document;
}

const isLossy = (named: object): boolean => Object.hasOwn(named, "__proto__");

const toPairs = (named: object): Pairs => Object.entries(named);

/** Unlike an assignment, this gives `__proto__` a property of its own. */
const fromPairs = (pairs: Pairs): object => Object.fromEntries(pairs);
