import type { Trail } from "../../access/trail.js";
import { doneAndGone } from "../../domain/errors.js";
import { subjectOf } from "../../domain/idempotency.js";
import { LIMITS } from "../../domain/limits.js";
import { exactText } from "../../state/exact-number.js";
import type {
  Transaction,
  TransactionOperation,
  TransactionOutcome,
  TransactionResult,
} from "../../state/ports.js";
import type { Capabilities } from "../connection/capabilities.js";
import { eraseAnswers } from "../idempotency/erase.js";
import { CODE, wrongCode } from "../scripts/codes.js";
import { encodeTtl } from "./codec.js";
import type { StateDeps } from "./deps.js";
import { scopeIn } from "./deps.js";
import { withinQuota } from "./within-quota.js";
import type { Drifted } from "./mend.js";
import { mending } from "./mend.js";
import { DONE_MS } from "./put.js";

export async function transact(
  deps: StateDeps,
  trail: Trail,
  transaction: Transaction,
): Promise<TransactionOutcome> {
  const { auditor, keys } = deps;
  const { namespace, operation } = transaction;
  const can = deps.capabilities.now;
  const hidden = transaction.operations.findIndex(({ value }) => can.narrowsFloats && value?.hidden === true);
  if (hidden !== -1) return { kind: "failed", part: "operation", index: hidden, reason: "inexact", more: "" };
  const reply = await mending(
    deps,
    () =>
      withinQuota(deps, namespace, () =>
        auditor.run(namespace, trail, (client, audit) =>
          client.transactState(
            audit,
            scopeIn(deps, namespace, trail),
            [
              ...transaction.keys.flatMap((key, index) => [
                keys.state(namespace, key),
                keys.stateFacts(namespace, key),
                keys.stateHistory(namespace, key),
                keys.stateDraft(namespace, index + 1),
              ]),
              ...(operation === undefined ? [] : [keys.done(namespace, operation)]),
            ],
            encode(transaction, can),
          ),
        ),
      ),
    ([code, ...parts]) => (code === CODE.DRIFTED ? decodeDrifted(transaction, parts) : []),
  );
  const [code, ...rest] = reply;
  if (code === CODE.MISSING) throw doneAndGone();
  if (code === CODE.DONE) {
    const deleted = transaction.operations.filter(({ op, path }) => op === "delete" && path === undefined);
    const subjects = new Set(deleted.map(({ key }) => subjectOf.state(namespace, key)));
    await eraseAnswers(deps, [...subjects], operation);
    return { kind: "done", results: decodeResults(rest) };
  }
  if (code !== CODE.FAILED) throw wrongCode("state/lua/transact", code);
  const [part, index, reason = "", more = ""] = rest;
  return {
    kind: "failed",
    part: part === "check" ? "check" : "operation",
    index: Number(index),
    reason,
    more,
  };
}

/** The plan and what follows it: see state/lua/transact.lua. */
function encode({ keys, checks, operations }: Transaction, can: Capabilities): string[] {
  const place = new Map(keys.map((key, index) => [key, index + 1]));
  const args = ["", String(LIMITS.stateBytes), String(DONE_MS), String(LIMITS.transactionBytes)];
  const plan = {
    keys,
    checks: checks.map(({ key, version }) => [place.get(key), version === null ? "-" : String(version)]),
    ops: operations.map((operation) => encodeOperation(operation, place.get(operation.key), args, can)),
  };
  args[0] = JSON.stringify(plan);
  return args;
}

function encodeOperation(
  operation: TransactionOperation,
  place: number | undefined,
  args: string[],
  can: Capabilities,
) {
  const { op, path, value, by, min, max, ttl } = operation;
  const elements = path?.elements;
  const shared = {
    o: op,
    k: place,
    p: path?.text,
    a: elements?.arrays,
    s: elements?.shifted,
    ...(elements !== undefined && !elements.filtered && can.abortsOnElement ? { l: true } : {}),
    g: path?.fresh?.parent,
    r: path?.fresh?.text,
    t: encodeTtl(ttl),
  };
  if (op === "increment") {
    // The addend must be near enough; the script corrects the rest.
    return {
      ...shared,
      v: args.push(Number.isSafeInteger(by) ? String(by) : exactText(by).text),
      by,
      min,
      max,
    };
  }
  if (value === undefined) return shared;
  const v = args.push(value.stored);
  for (const fix of value.fixes) args.push(fix);
  const arrays = can.narrowsFloats ? value.arrays : [];
  const w = args.length + 1;
  for (const array of arrays) args.push(array);
  return {
    ...shared,
    v,
    f: v + 1,
    n: value.fixes.length / 2,
    u: value.delicate,
    w,
    m: arrays.length / 2,
  };
}

/** Three for each document. */
function decodeDrifted({ namespace, keys }: Transaction, parts: readonly string[]): Drifted[] {
  const drifted: Drifted[] = [];
  for (let index = 0; index < parts.length; index += 3) {
    const key = keys[Number(parts[index]) - 1] ?? "";
    drifted.push({ ref: { namespace, key }, version: parts[index + 1] ?? "", json: parts[index + 2] ?? "" });
  }
  return drifted;
}

/** Two for each operation. */
function decodeResults(parts: readonly string[]): TransactionResult[] {
  const results: TransactionResult[] = [];
  for (let index = 0; index < parts.length; index += 2) {
    const json = parts[index + 1];
    results.push({ version: Number(parts[index]), json: json === "" ? undefined : json });
  }
  return results;
}
