import type { Trail } from "../../access/trail.js";
import type { DocumentPage, ListedDocument } from "../../state/ports.js";
import { literal, scanKeys } from "../connection/scan-keys.js";
import { decodeFacts } from "./codec.js";
import type { StateDeps } from "./deps.js";

const FIELDS = 6;
/** Keys that one SCAN looks at. */
const SCANNED = 1000;

export async function list(
  deps: StateDeps,
  trail: Trail,
  namespace: string,
  { prefix, after, limit }: { prefix: string; after: string | undefined; limit: number },
): Promise<DocumentPage> {
  const { auditor, keys } = deps;
  // No key holds byte FF, which UTF-8 doesn't have: it ends the range of all that begin so.
  const end = Buffer.concat([Buffer.from(`(${prefix}`), Buffer.from([0xff])]);
  const from = after === undefined ? `[${prefix}` : `(${after}`;
  const read = () =>
    auditor.run(namespace, trail, (client, audit) =>
      client.listState(
        audit,
        [keys.stateNames(namespace), keys.stateHead(namespace)],
        [from, end, String(limit), keys.stateFacts(namespace, ""), keys.stateHistory(namespace, "")],
      ),
    );
  let reply = await read();
  if (reply[0] === 0) {
    await complete(deps, namespace);
    reply = await read();
  }
  const [, next = "", ...parts] = reply;
  const documents: ListedDocument[] = [];
  for (let at = 0; at < parts.length; at += FIELDS) {
    const [key = "", ...facts] = parts.slice(at, at + FIELDS);
    documents.push({ key, ...decodeFacts([0, ...facts]) });
  }
  return { documents, next: next === "" ? undefined : next };
}

/**
 * Puts onto the list the documents that were written before there was one: once for a namespace, by a walk over all keys.
 * What is deleted during the walk is taken off the list by the first page that meets it.
 */
async function complete({ redis, keys }: StateDeps, namespace: string): Promise<void> {
  const prefix = keys.state(namespace, "");
  const options = { MATCH: `${literal(prefix)}*`, COUNT: SCANNED };
  let cursor = "0";
  do {
    const page = await scanKeys(redis, cursor, options, { beside: prefix });
    ({ cursor } = page);
    const members = page.keys.map((key) => ({ score: 0, value: key.slice(prefix.length) }));
    if (members.length > 0) await redis.run((client) => client.zAdd(keys.stateNames(namespace), members));
  } while (cursor !== "0");
  await redis.run((client) => client.hSet(keys.stateHead(namespace), "listed", "1"));
}
