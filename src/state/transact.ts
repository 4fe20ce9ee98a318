import { authorize, mayLearn } from "../access/authorize.js";
import { trailOf } from "../access/trail.js";
import type { Context } from "../domain/context.js";
import { DomainError, invalid } from "../domain/errors.js";
import type { JsonValue } from "../domain/json.js";
import { LIMITS } from "../domain/limits.js";
import type { StateOperation } from "./document.js";
import { inexactArray, jsonText } from "./json-text.js";
import { readWritePath } from "./path.js";
import type {
  AskedTtl,
  Transaction,
  TransactionCheck,
  TransactionOperation,
  TransactionOutcome,
  TransactionResult,
} from "./ports.js";
import { ttlTooLong } from "./refusals.js";
import type { StateServices } from "./services.js";
import { writeTreated } from "./treat-values.js";
import type { PiiCounts } from "../pii/kinds.js";

export interface TransactInput {
  readonly checks: readonly TransactionCheck[];
  readonly operations: readonly OperationInput[];
}

export interface OperationInput {
  readonly op: StateOperation;
  readonly key: string;
  readonly path?: string | undefined;
  readonly value?: JsonValue | undefined;
  readonly by?: number | undefined;
  readonly min?: number | undefined;
  readonly max?: number | undefined;
  readonly ttl_seconds?: AskedTtl;
}

/** Whether its result, or its failure, reveals something of what is there. */
function tellsOfValues({ op, path }: TransactionOperation): boolean {
  return op !== "set" || path !== undefined;
}

/**
 * Does all operations if all checks hold and none of them fails, else nothing. One result an operation, in order; undefined
 * for a caller that may not read, which may only set whole documents.
 */
export async function transact(
  services: StateServices,
  context: Context,
  namespace: string,
  input: TransactInput,
): Promise<TransactOutcome | undefined> {
  const { store, audit } = services;
  const sent = input.operations.map(prepare);
  const keys = [...new Set([...input.checks, ...sent].map(({ key }) => key))];
  if (keys.length > LIMITS.transactionKeys) {
    throw invalid(
      "operations",
      `Checks and operations must not name more than ${LIMITS.transactionKeys} keys.`,
    );
  }
  const reads = input.checks.length > 0 || sent.some(tellsOfValues);
  await authorize(audit, context, namespace, {
    verbs: reads ? ["read", "write"] : ["write"],
    act: "state.transact",
  });
  const values = input.operations.map(({ value }) => ({ value }));
  const { transaction, outcome, pii } = await writeTreated(
    services,
    namespace,
    { operations: values },
    async ({ parts, counts }, settings) => {
      const same = parts.operations === values;
      const treated: Transaction = {
        namespace,
        keys,
        checks: input.checks,
        operations: same ? sent : treatedOperations(input.operations, parts.operations, sent),
        operation: context.operation,
      };
      const trail = trailOf(context, "state.transact", { ids: keys, settings });
      return { transaction: treated, outcome: await store.transact(trail, treated), pii: counts };
    },
  );
  if (outcome.kind === "failed") throw refusal(transaction, outcome);
  return mayLearn(context, namespace) ? { results: outcome.results, pii } : undefined;
}

export interface TransactOutcome {
  readonly results: readonly TransactionResult[];
  /** Personal data that was found; undefined: the namespace doesn't look for any in state. */
  readonly pii: PiiCounts | undefined;
}

/** Operations with their values as they were treated. */
function treatedOperations(
  inputs: readonly OperationInput[],
  treated: readonly Pick<OperationInput, "value">[],
  sent: readonly TransactionOperation[],
): readonly TransactionOperation[] {
  const operations = inputs.map((input, index) => {
    const { value } = treated[index] ?? input;
    return value === input.value ? sent[index] : prepare(Object.assign({}, input, { value }), index);
  });
  return operations.filter((each) => each !== undefined);
}

function prepare(input: OperationInput, index: number): TransactionOperation {
  const field = `operations[${index}]`;
  const read = input.path === undefined ? undefined : readWritePath(`${field}.path`, input.path);
  // The root, as if no path had been given: what is done to the whole value needs no draft.
  const path = read?.depth === 0 ? undefined : read;
  const merged = input.op === "merge";
  return {
    op: input.op,
    key: input.key,
    path,
    value:
      input.value === undefined ? undefined : jsonText(`${field}.value`, input.value, { at: path, merged }),
    by: input.by ?? 0,
    min: input.min,
    max: input.max,
    ttl: input.ttl_seconds,
  };
}

type Failed = Extract<TransactionOutcome, { readonly kind: "failed" }>;

/** Failures in words for people. The reason code is stable. */
const REASONS: Readonly<Record<string, string>> = {
  version_conflict: "the document has another version",
  missing: "the document doesn't exist",
  path_not_found: "the path matches nothing",
  filter_moved: "the write changes which elements the path's filter selects",
  not_one_number: "the path doesn't lead to exactly one number",
  out_of_range: "the sum is beyond what a JSON number holds exactly",
  below_min: "the sum is below min",
  above_max: "the sum is above max",
  too_many_bytes: `the documents of the operations so far (counted once per operation) and the given values hold more than ${LIMITS.transactionBytes} bytes of JSON; split the transaction`,
  too_large: `the value would exceed ${LIMITS.stateBytes} bytes of JSON`,
};

function refusal(transaction: Transaction, { part, index, reason, more }: Failed): DomainError {
  const field = `operations[${index}]`;
  if (reason === "inexact") return inexactArray(`${field}.value`);
  if (reason === "ttl_too_long") {
    return ttlTooLong({ kind: "ttl_too_long", maxSeconds: Number(more) }, `${field}.ttl_seconds`);
  }
  const list = part === "check" ? transaction.checks : transaction.operations;
  const key = list[index]?.key ?? "";
  return new DomainError(
    "transaction_failed",
    `Nothing was done, because ${part} ${index} failed: ${REASONS[reason] ?? reason}.`,
    {
      failed: {
        part,
        index,
        key,
        reason,
        ...(part === "check" ? { version: more === "" ? null : Number(more) } : {}),
      },
    },
  );
}
