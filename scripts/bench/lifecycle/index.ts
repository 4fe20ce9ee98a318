import { randomBytes } from "node:crypto";
import { describeMachine, machineLine } from "../../harness/machine.js";
import { startService } from "../../harness/service.js";
import { startThrowawayRedis } from "../../harness/throwaway-redis.js";
import type { Part } from "../part.js";
import { benchSessions, reportSessions } from "./sessions.js";

/** Sessions: whether a long one is as fast as a short one. */
export const benchLifecycle: Part = async ({ env, samples, note }) => {
  const server = await startThrowawayRedis(env);
  try {
    const keyPrefix = `bench-${randomBytes(4).toString("hex")}`;
    const settings = { MNEME_EMBEDDER: "none" };
    const service = await startService({ env, redisUrl: server.url, keyPrefix, settings });
    try {
      const sessions = await benchSessions(service, samples, note);
      const machine = describeMachine();
      return {
        report: [
          "## bench lifecycle",
          `${machineLine(machine, server.version)}. Latency in ms, turn by turn.`,
          reportSessions(sessions),
        ].join("\n\n"),
        figures: { machine, redis: server.version, sessions },
      };
    } catch (error) {
      service.assertAlive();
      throw error;
    } finally {
      await service.stop();
    }
  } finally {
    await server.stop();
  }
};
