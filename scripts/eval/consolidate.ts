import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "../shell/failure.js";
import { requireOk } from "./api.js";
import type { Client } from "./api.js";

const POLL_MS = 200;

/** Consolidates a namespace whatever its age; how many memories it shows then. */
export async function consolidateNamespace(client: Client, ns: string): Promise<number> {
  const runs = client.v1.namespaces[":ns"].consolidations;
  const begun = await runs.$post({
    param: { ns },
    json: { steps: ["merge", "summarise"], older_than_seconds: 0 },
  });
  await requireOk(begun, "Consolidating");
  const { id } = await begun.json();
  for (;;) {
    await sleep(POLL_MS);
    const answer = await runs[":id"].$get({ param: { ns, id }, query: { limit: "1" } });
    await requireOk(answer, "Reading a run");
    const { status, error } = await answer.json();
    if (status === "failed") throw new Failure(`The run failed: ${error}`);
    if (status === "done") break;
  }
  const stats = await client.v1.namespaces[":ns"].stats.$get({ param: { ns } });
  await requireOk(stats, "Counting");
  return (await stats.json()).memories;
}
