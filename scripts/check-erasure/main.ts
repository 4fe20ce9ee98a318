// node scripts/run.mjs check-erasure [RECORDS]: how long the erasure of a person takes among so many memories.
import { setTimeout as sleep } from "node:timers/promises";
import { isSigned } from "../../src/erasures/certificate.js";
import { erasureView } from "../../src/http/erasures/schemas.js";
import { call } from "../harness/call.js";
import { startService } from "../harness/service.js";
import { startThrowawayRedis } from "../harness/throwaway-redis.js";
import { Failure, reportFailure } from "../shell/failure.js";

const BATCH = 500;
/** One of so many memories is the person's. */
const SHARE = 10;

async function main(): Promise<void> {
  const records = Number(process.argv[2] ?? 20_000);
  if (!Number.isInteger(records) || records < 1) throw new Failure("usage: check-erasure [RECORDS]");
  const redis = await startThrowawayRedis(process.env);
  const settings = { MNEME_EMBEDDER: "none" };
  const service = await startService({
    env: process.env,
    redisUrl: redis.url,
    keyPrefix: "erasure",
    settings,
  });
  try {
    await fill(service.url, records);
    const since = performance.now();
    const request = { subject: { metadata: { user_id: "u-17" } }, namespace: "acme.**" };
    const done = await erased(service.url, request);
    const seconds = (performance.now() - since) / 1000;
    const expected = Math.ceil(records / SHARE);
    if (done.counts.memories !== expected) {
      throw new Failure(`${done.counts.memories} memories were erased instead of ${expected}.`);
    }
    if (done.certificate === null || !isSigned(done.certificate))
      throw new Failure("The certificate is wrong.");
    console.log(`${expected} of ${records} memories erased in ${seconds.toFixed(1)} s.`);
  } finally {
    await service.stop();
    await redis.stop();
  }
}

async function fill(url: string, records: number): Promise<void> {
  for (let from = 0; from < records; from += BATCH) {
    const memories = Array.from({ length: Math.min(BATCH, records - from) }, (_, index) => ({
      content: `Memory ${from + index} of somebody who likes the number ${(from + index) * 7}`,
      memory_type: "semantic",
      metadata: { user_id: (from + index) % SHARE === 0 ? "u-17" : `u-${1000 + index}` },
    }));
    await call(url, "POST", "/v1/namespaces/acme.people/memories/batch", { memories });
  }
}

async function erased(url: string, request: object) {
  let view = erasureView.parse(await call(url, "POST", "/v1/erasures", request));
  while (view.status === "running") {
    await sleep(100);
    view = erasureView.parse(await call(url, "GET", `/v1/erasures/${view.id}`));
  }
  return view;
}

await main().catch(reportFailure);
