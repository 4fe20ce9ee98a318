import { cursorsOf } from "../../domain/cursor.js";
import { authorize } from "../../access/authorize.js";
import { trailOf } from "../../access/trail.js";
import type { Context } from "../../domain/context.js";
import type { Services } from "../services.js";
import type { SessionUsing } from "./services.js";
import type { Session } from "./session.js";

/**
 * A page of a namespace's sessions, the last appended to first. Following the cursor visits each session once, if it
 * isn't appended to in between. One that is moves to the front.
 */
export async function listSessions(
  { store, memory }: SessionUsing<"store", Pick<Services, "audit">>,
  context: Context,
  namespace: string,
  { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<{ readonly sessions: readonly Session[]; readonly cursor: string | undefined }> {
  await authorize(memory.audit, context, namespace, { verb: "read", act: "session.list" });
  const cursors = cursorsOf("namespace", "sessions", namespace);
  // A cursor of an earlier release has no facet.
  const [, moment, facet = ""] = cursors.read(cursor, /^(\d{1,16})(?: ([\w-]{1,64}))?$/) ?? [];
  const page = await store.list(
    trailOf(context, "session.list"),
    namespace,
    limit,
    moment === undefined ? undefined : { moment, facet },
  );
  return {
    sessions: page.sessions,
    cursor: cursors.write(page.next && `${page.next.moment} ${page.next.facet}`),
  };
}
