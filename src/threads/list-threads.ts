import type { Context } from "../domain/context.js";
import { cursorsOf } from "../domain/cursor.js";
import { guard } from "./guard.js";
import type { ListedThread, ThreadServices } from "./ports.js";

export interface ListThreadsInput {
  readonly namespace: string | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

export interface ThreadPage {
  readonly threads: readonly ListedThread[];
  readonly cursor: string | undefined;
}

/** The threads of a namespace, the youngest first. */
export async function listThreads(
  services: ThreadServices,
  context: Context,
  { namespace, limit, cursor }: ListThreadsInput,
): Promise<ThreadPage> {
  const record = await guard(services, context, namespace, "read", "thread.list");
  const cursors = cursorsOf("list", "threads", namespace);
  const place = cursors.read(cursor, /^\d+:.*$/s)?.[0];
  const page = await services.store.list(namespace, place, limit);
  await record("ok");
  return { ...page, cursor: cursors.write(page.cursor) };
}
