import { service } from "../base/service.js";
import type { Schemas } from "../base/service.js";

export type Checkpoint = Schemas["Checkpoint"];

const PAGE = 50;
const MOST = 300;

/** The latest checkpoints of a thread, newest first. */
export async function loadCheckpoints(
  id: string,
  namespace: string,
  signal: AbortSignal,
): Promise<{ readonly checkpoints: readonly Checkpoint[]; readonly more: boolean }> {
  const checkpoints: Checkpoint[] = [];
  let before: string | null = null;
  do {
    const page: Schemas["CheckpointPage"] = await service.value.get("/v1/threads/{id}/checkpoints", {
      path: { id },
      query: {
        limit: PAGE,
        ...(namespace === "" ? {} : { namespace }),
        ...(before === null ? {} : { before }),
      },
      signal,
    });
    checkpoints.push(...page.checkpoints);
    before = page.before;
  } while (before !== null && checkpoints.length < MOST);
  return { checkpoints, more: before !== null };
}
