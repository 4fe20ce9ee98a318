import type { TestProject } from "vitest/node";
import { provideModel } from "../../scripts/downloads/local-model.js";
import { startCluster } from "./redis/cluster.js";
import { startRedis } from "./redis/start.js";
import { bundleCommands, bundleService } from "./run/bundle.js";
import { openRunFolder } from "./run/run-folder.js";

declare module "vitest" {
  export interface ProvidedContext {
    /** One Redis for all tests that are content with a random namespace. It keeps nothing. */
    redisUrl: string;
    /** The folder of the local embedding model. */
    modelDir: string;
    /** The main file of the built service. */
    serviceMain: string;
    /** The main file of the built command line: `node FILE COMMAND …` is `npx mneme COMMAND …`. */
    commandsMain: string;
  }
}

/** Runs once, before the first test file. */
export default async function globalSetup(project: TestProject): Promise<() => Promise<void>> {
  openRunFolder();
  project.provide("modelDir", await provideModel(process.env, {}, "english"));
  project.provide("serviceMain", await bundleService());
  project.provide("commandsMain", await bundleCommands());
  const redis = process.env["MNEME_TEST_CLUSTER"] === "1" ? await startCluster() : await startRedis();
  project.provide("redisUrl", redis.url);
  return () => redis.stop();
}
