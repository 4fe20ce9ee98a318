import { scopeOf } from "../../access/grants.js";
import { redactionMark } from "../../pii/marks.js";
import { inspect, sameShape } from "../../pii/treat.js";
import type { Piece } from "../../pii/treat.js";
import type { PiiPolicy } from "../../pii/kinds.js";
import type { RecallInput } from "../ports/recall-input.js";
import type { Services } from "../services.js";

interface Treating {
  readonly namespace: string;
  readonly policy: PiiPolicy;
}

/**
 * Treats personal data in a query as the searched namespaces treat what is written to them: a question for an address
 * finds the memories that have its token, and neither its embedding nor its receipt holds the address.
 *
 * Of a pattern's namespaces, the first 64 count that treat personal data.
 */
export async function treatQuery(
  services: Pick<Services, "knownDefaults" | "vault">,
  input: RecallInput,
  names: readonly string[],
): Promise<RecallInput> {
  const treating = await treatingIn(services, await namespacesOf(services, names));
  if (treating.length === 0) return input;
  const { query, filter } = input;
  const { pieces, pending } = await inspect(strictest(treating), { query, filter });
  if (pieces.length === 0) return input;
  const marks = await marksOf(services, treating, pieces);
  const treated = pending((piece) => marks.get(piece.value) ?? redactionMark(piece.kind));
  return { ...input, ...sameShape<Pick<RecallInput, "query" | "filter">>(treated) };
}

/** The namespaces that are named, and those below patterns that may treat personal data. */
async function namespacesOf(
  { vault }: Pick<Services, "vault">,
  names: readonly string[],
): Promise<readonly string[]> {
  const lists = names.map(scopeOf).map(async ({ root, below }) => {
    const named = root === "" ? [] : [root];
    return below ? named.concat(await vault.treatingBelow(root)) : named;
  });
  return [...new Set((await Promise.all(lists)).flat())];
}

async function treatingIn(
  { knownDefaults }: Pick<Services, "knownDefaults">,
  namespaces: readonly string[],
): Promise<Treating[]> {
  const found = await Promise.all(
    namespaces.map(async (namespace) => ({ namespace, policy: (await knownDefaults.of(namespace)).pii })),
  );
  return found.flatMap(({ namespace, policy }) => (policy === undefined ? [] : [{ namespace, policy }]));
}

/** A kind that one of them doesn't keep, no query keeps. A tag changes nothing. */
function strictest(treating: readonly Treating[]): PiiPolicy {
  const actions = treating.flatMap(({ policy }) => Object.entries(policy.actions));
  const { region } = treating.find(({ policy }) => policy.region !== undefined)?.policy ?? {};
  return {
    actions: Object.fromEntries(actions.filter(([, action]) => action !== "tag")),
    state: false,
    region,
  };
}

/** For each piece, its tokens in the namespaces that have such; else the mark. */
async function marksOf(
  { vault }: Pick<Services, "vault">,
  treating: readonly Treating[],
  pieces: readonly Piece[],
): Promise<ReadonlyMap<string, string>> {
  const marks = new Map<string, string[]>();
  for (const { namespace, policy } of treating) {
    const mine = pieces.filter(({ kind }) => policy.actions[kind] === "tokenize");
    const tokens = mine.length === 0 ? [] : await vault.tokensOf(namespace, mine);
    for (const [index, { value }] of mine.entries()) {
      const token = tokens[index];
      const before = marks.get(value) ?? [];
      if (token !== undefined && !before.includes(token)) marks.set(value, [...before, token]);
    }
  }
  return new Map([...marks].map(([value, tokens]) => [value, tokens.join(" ")]));
}
