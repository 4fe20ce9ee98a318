import type { Nodes } from "../connection/nodes.js";
import { FIRST, PRESENT_SCHEMAS } from "../schemas.js";
import type { Schemas } from "../schemas.js";

/** The schemas that other connected service processes need; undefined if Redis doesn't say. */
export async function connectedSchemas(nodes: Nodes): Promise<readonly Schemas[] | undefined> {
  let list: string;
  try {
    const every = await nodes.every();
    const lists = await Promise.all(
      every.map(({ client }) => client.sendCommand(["CLIENT", "LIST", "TYPE", "normal"])),
    );
    list = lists.map(String).join("\n");
  } catch {
    // This user lacks the permission. The service works without.
    return undefined;
  }
  return list.split("\n").flatMap((line) => schemasOf(/ name=(\S*)/.exec(line)?.[1] ?? ""));
}

function schemasOf(name: string): Schemas[] {
  if (name === "mneme") return [FIRST];
  const numbers = /^mneme\/(\d+(?:\.\d+){6})$/.exec(name)?.[1]?.split(".").map(Number);
  if (numbers === undefined) return [];
  const [record = 0, terms = 0, records = 0, vectors = 0, sessions = 0, consolidations = 0, erasures = 0] =
    numbers;
  return [{ record, terms, records, vectors, sessions, consolidations, erasures }];
}

/** Whether one of them writes records that would have to be upgraded. */
export function writesOlder(
  processes: readonly Schemas[],
  { record, terms }: Schemas = PRESENT_SCHEMAS,
): boolean {
  return processes.some((process) => process.record < record || process.terms < terms);
}
