import { connectHttp } from "../measure/http-client.js";
import type { Rounds } from "../measure/interleave.js";
import { residentMemory } from "../measure/process-memory.js";
import { getRequest, recallRequest } from "./requests.js";
import { startAnotherService } from "./setup.js";
import type { Bench } from "./setup.js";

const MOST_REQUESTS = 500;

/** What a service without an embedder takes over the same data, after some reads and recalls by keyword; bytes. */
export async function measureResidentWithoutModel(
  bench: Bench,
  { samples }: Rounds,
): Promise<number | undefined> {
  const service = await startAnotherService(bench, "none");
  const http = await connectHttp(service.url);
  const requests = Math.min(samples, MOST_REQUESTS);
  for (let index = 0; index < requests; index++) {
    await http.send(getRequest(bench, bench.ids[index % bench.ids.length] ?? ""));
    const { text } = bench.corpus.question(index, bench.ids.length);
    await http.send(recallRequest(bench, { text }));
  }
  const resident = residentMemory(service.pid);
  http.close();
  await service.stop();
  return resident?.now;
}
