import { createHash } from "node:crypto";
import { authorize } from "../../access/authorize.js";
import { trailOf } from "../../access/trail.js";
import type { Context } from "../../domain/context.js";
import { invalid } from "../../domain/errors.js";
import type { Services } from "../services.js";
import type { SessionUsing } from "./services.js";
import type { Session } from "./session.js";

/**
 * A page of a namespace's sessions, the last appended to first. Following the cursor visits each session that wasn't
 * appended to meanwhile once; one that was moves to the front.
 */
export async function listSessions(
  { store, memory }: SessionUsing<"store", Pick<Services, "audit">>,
  context: Context,
  namespace: string,
  { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<{ readonly sessions: readonly Session[]; readonly cursor: string | undefined }> {
  await authorize(memory.audit, context, namespace, { verb: "read", act: "session.list" });
  const before = cursor === undefined ? undefined : decodeCursor(cursor, namespace);
  const page = await store.list(trailOf(context, "session.list"), namespace, limit, before);
  return {
    sessions: page.sessions,
    cursor: page.next === undefined ? undefined : encodeCursor(page.next, namespace),
  };
}

function encodeCursor(position: number, namespace: string): string {
  return Buffer.from(`${position}.${fingerprint(namespace)}`).toString("base64url");
}

function decodeCursor(cursor: string, namespace: string): number {
  const match = /^(\d{1,16})\.(.+)$/.exec(Buffer.from(cursor, "base64url").toString("utf8"));
  if (match?.[1] === undefined) throw invalid("cursor", "Invalid cursor.");
  if (match[2] !== fingerprint(namespace))
    throw invalid("cursor", "The cursor was issued for a different namespace.");
  return Number(match[1]);
}

const fingerprint = (namespace: string): string =>
  createHash("sha256").update(`sessions ${namespace}`).digest("base64url").slice(0, 12);
