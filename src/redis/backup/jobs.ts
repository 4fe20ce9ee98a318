import type { JobStore } from "../../backup/ports.js";
import type { RedisGateway } from "../connection/client.js";

/** A job as JSON under a key of its own, as long as it is worked on and for some time after that. */
export function createJobStore<Job>(
  redis: RedisGateway,
  keyOf: (id: string) => string,
  keepSeconds: number,
): JobStore<Job> {
  return {
    async create(id, job) {
      await redis.run((client) =>
        client.set(keyOf(id), JSON.stringify(job), { expiration: { type: "EX", value: keepSeconds } }),
      );
    },
    async write(id, before, job) {
      const texts = [before, job].map((each) => JSON.stringify(each));
      const written = await redis.run((client) =>
        client.writeJob([keyOf(id)], [...texts, String(keepSeconds)]),
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
