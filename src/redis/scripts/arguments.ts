import type { RedisArgument } from "redis";

/**
 * The arguments of scripts that take many, in the script's order. The script unpacks them into locals of the same names
 * (`records` is `records` there, `documentHead` is `document_head`); a test compares both.
 */
export const ARGUMENTS = {
  "memory/lua/insert": [
    "id",
    "records",
    "documentHead",
    "documentTail",
    "ends",
    "at",
    "lender",
    "withContext",
    "turnMs",
    "itemKey",
    "factJson",
    "agent",
    "compares",
    "mostAgents",
    "sources",
    "formerHash",
  ],
  "memory/lua/revise": [
    "id",
    "expectedVersion",
    "records",
    "patch",
    "expiry",
    "replacesVectors",
    "hashes",
    "nextHash",
    "at",
    "nextEnd",
    "knownBy",
  ],
  "api-keys/lua/create": [
    "id",
    "channel",
    "keys",
    "made",
    "names",
    "agent",
    "maker",
    "administered",
    "most",
    "expiry",
    "folds",
    "fold",
  ],
} as const;

type Named = typeof ARGUMENTS;

/** Brings named arguments into the script's order; `rest` follows them. A missing or unknown name doesn't compile. */
export function argumentsOf<Script extends keyof Named>(
  script: Script,
  values: Readonly<Record<Named[Script][number], RedisArgument>>,
  rest: readonly RedisArgument[],
): RedisArgument[] {
  const names: readonly Named[Script][number][] = ARGUMENTS[script];
  return [...names.map((name) => values[name]), ...rest];
}
