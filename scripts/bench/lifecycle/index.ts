import { randomBytes } from "node:crypto";
import { describeMachine, machineLine } from "../../harness/machine.js";
import { startService } from "../../harness/service.js";
import type { RunningService } from "../../harness/service.js";
import { startThrowawayRedis } from "../../harness/throwaway-redis.js";
import { modelFolder } from "../../downloads/local-model.js";
import type { Part } from "../part.js";
import { startChatServer } from "./chat-server.js";
import { benchConsolidation } from "./consolidation.js";
import { benchWithLlm } from "./consolidation-llm.js";
import { reportConsolidation, reportLlm } from "./report-consolidation.js";
import { benchSessions, reportSessions } from "./sessions.js";

const MOST_EPISODES = 10_000;
const MOST_LLM_EPISODES = 1_000;

/** Sessions: whether a long one is as fast as a short one. Consolidation: its cost, and recall while it runs. */
export const benchLifecycle: Part = async ({ env, records, samples, note }) => {
  const model = { MNEME_MODEL_DIR: await modelFolder(env) };
  const episodes = Math.min(MOST_EPISODES, Math.max(...records));
  const server = await startThrowawayRedis(env);
  const chat = await startChatServer();

  async function withService<Result>(
    settings: Readonly<Record<string, string>>,
    work: (service: RunningService) => Promise<Result>,
  ): Promise<Result> {
    const keyPrefix = `bench-${randomBytes(4).toString("hex")}`;
    // A command that waits for its turn on a busy machine is no Redis that is away.
    const patient = { MNEME_REDIS_TIMEOUT_MS: "4000", ...settings };
    const service = await startService({ env, redisUrl: server.url, keyPrefix, settings: patient });
    try {
      return await work(service);
    } catch (error) {
      service.assertAlive();
      throw error;
    } finally {
      await service.stop();
    }
  }

  try {
    const none = { OPENAI_API_KEY: "" };
    const sessions = await withService({ ...none, MNEME_EMBEDDER: "none" }, (service) =>
      benchSessions(service, samples, note),
    );
    const embedding = { ...model, MNEME_EMBEDDER: "local" };
    const consolidation = await withService({ ...none, ...embedding }, (service) =>
      benchConsolidation(service, episodes, samples, note),
    );
    const asking = { ...embedding, OPENAI_API_KEY: "sk-bench", OPENAI_BASE_URL: chat.url };
    const llm = await withService(asking, (service) =>
      benchWithLlm(service, Math.min(MOST_LLM_EPISODES, episodes), note),
    );
    const machine = describeMachine();
    return {
      report: [
        "## bench lifecycle",
        `${machineLine(machine, server.version)}. Latency in ms, turn by turn.`,
        reportSessions(sessions),
        reportConsolidation(consolidation),
        reportLlm(llm),
      ].join("\n\n"),
      figures: { machine, redis: server.version, sessions, consolidation, llm },
    };
  } finally {
    await chat.close();
    await server.stop();
  }
};
