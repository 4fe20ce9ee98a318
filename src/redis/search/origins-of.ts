import type { MemoryRef } from "../../memory/model/ref.js";
import type { StoreDeps } from "../deps.js";
import { jsonOf } from "./json-of.js";

export async function originsOf(
  deps: StoreDeps,
  refs: readonly MemoryRef[],
): Promise<readonly (MemoryRef | undefined)[]> {
  const found = await jsonOf(deps, refs, "$.memory.origin.namespace");
  return found.map((reply, index) => {
    const [namespace]: unknown[] = reply === undefined ? [] : arrayIn(reply);
    const id = refs[index]?.id;
    // A copy has its origin's id.
    return typeof namespace === "string" && id !== undefined ? { namespace, id } : undefined;
  });
}

function arrayIn(reply: string): unknown[] {
  const values: unknown = JSON.parse(reply);
  return Array.isArray(values) ? values : [];
}
