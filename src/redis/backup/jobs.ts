import type { JobStore } from "../../backup/ports.js";
import type { RedisGateway } from "../connection/client.js";

/** A job as JSON under a key of its own, as long as it is worked on and for some time after that. */
export function createJobStore<Job>(
  redis: RedisGateway,
  keyOf: (id: string) => string,
  keepSeconds: number,
): JobStore<Job> {
  const write = async (id: string, job: Job): Promise<void> => {
    await redis.run((client) =>
      client.set(keyOf(id), JSON.stringify(job), { expiration: { type: "EX", value: keepSeconds } }),
    );
  };
  return {
    create: write,
    write,
    async read(id) {
      const json = await redis.run((client) => client.get(keyOf(id)));
      return json === null ? undefined : parseJob<Job>(json);
    },
  };
}

/** Written by {@link createJobStore}, so its shape is known. */
function parseJob<Job>(json: string): Job {
  return JSON.parse(json) as Job;
}
