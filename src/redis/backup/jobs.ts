import type { JobStore, TransferJob } from "../../backup/ports.js";
import type { RedisGateway } from "../connection/client.js";
import { CODE, meaningOf } from "../scripts/codes.js";

export interface JobStoreOptions<Job> {
  readonly keyOf: (id: string) => string;
  /** The key of the list of those of one API key; '' stands for callers without a key. */
  readonly listOf: (keyId: string) => string;
  /** After its last part. */
  readonly keepSeconds: number;
  readonly hasEnded: (job: Job) => boolean;
}

/** Without a part for so long, a job ends, or makes room for another one. */
const IDLE_S = 3600;

/** A job as JSON under a key of its own, as long as it is worked on and for some time after that. */
export function createJobStore<Job extends TransferJob>(
  redis: RedisGateway,
  { keyOf, listOf, keepSeconds, hasEnded }: JobStoreOptions<Job>,
): JobStore<Job> {
  const times = [IDLE_S, keepSeconds].map((seconds) => String(seconds * 1000));

  return {
    async hold(id, keyId, most) {
      const [code, replaced = ""] = await redis.run((client) =>
        client.holdJob([listOf(keyId ?? "")], [id, String(most), ...times, ""]),
      );
      const held = meaningOf("backup/lua/hold-job", code, { [CODE.DONE]: true, [CODE.TOO_MANY]: false });
      if (replaced !== "") await redis.run((client) => client.unlink(keyOf(replaced)));
      return held;
    },
    async release(id, keyId) {
      await redis.run((client) => client.zRem(listOf(keyId ?? ""), id));
    },
    async create(id, job) {
      await redis.run((client) =>
        client.set(keyOf(id), JSON.stringify(job), { expiration: { type: "EX", value: IDLE_S } }),
      );
    },
    async write(id, before, job) {
      const texts = [before, job].map((each) => JSON.stringify(each));
      const [written] = await redis.run((client) =>
        Promise.all([
          client.writeJob([keyOf(id)], [...texts, String(keepSeconds)]),
          client.holdJob([listOf(job.keyId ?? "")], [id, "", ...times, hasEnded(job) ? "1" : ""]),
        ]),
      );
      return written === 1;
    },
    async read(id) {
      const json = await redis.run((client) => client.get(keyOf(id)));
      return json === null ? undefined : parseJob<Job>(json);
    },
  };
}

/** Written by {@link createJobStore}, so its shape is known, and it makes the same text again. */
function parseJob<Job>(json: string): Job {
  return JSON.parse(json) as Job;
}
