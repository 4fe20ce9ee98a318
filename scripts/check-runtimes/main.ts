// node scripts/run.mjs check-runtimes [node20 node22 node24 bun deno]: packs all packages, installs them into an empty
// folder, and runs the first snippet of each page on each runtime. The runtimes are packages too. It takes minutes.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startThrowawayRedis } from "../harness/throwaway-redis.js";
import { loadEnv } from "../shell/env.js";
import { Failure, messageOf, reportFailure } from "../shell/failure.js";
import { firstSnippet, install, lintPackage, packAll, run, withReplaced } from "./packages.js";
import { installRuntime, RUNTIMES } from "./runtimes.js";
import type { Runtime } from "./runtimes.js";
import { startInstalled } from "./service.js";
import type { Started } from "./service.js";

/** Packages that the checkpointer's page has installed with it. */
const PEERS = ["@langchain/langgraph", "@langchain/langgraph-checkpoint", "@langchain/core"];

async function main(names: readonly string[]): Promise<void> {
  const unknown = names.filter((name) => !RUNTIMES.includes(name));
  if (unknown.length > 0) throw new Failure(`usage: check-runtimes [${RUNTIMES.join(" ")}]`);
  const folder = await mkdtemp(join(tmpdir(), "mneme-runtimes-"));
  const redis = await startThrowawayRedis(loadEnv());
  let failures = 0;
  /** Prints a line for a check; one that fails doesn't keep the next from running. */
  const check = async (what: string, work: () => Promise<unknown>): Promise<void> => {
    const began = performance.now();
    const error = await work().then(() => undefined, messageOf);
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    console.log(`${error === undefined ? "ok    " : "FAILED"} ${what} (${seconds} s)`);
    if (error === undefined) return;
    console.log(error);
    failures += 1;
  };
  try {
    const tarballs = await packAll(join(folder, "tarballs"));
    for (const [name, tarball] of tarballs) {
      if (name === "mneme") continue; // A program: it has nothing to import.
      await check(`${name}: publint and arethetypeswrong`, () =>
        lintPackage(tarball, join(folder, "unpacked", name)),
      );
    }
    const app = join(folder, "app");
    await install(app, [...tarballs.values(), ...PEERS]);
    const client = await firstSnippet("src/client/README.md");
    const checkpointer = await firstSnippet("checkpointer/README.md");

    const runOn = async (runtime: Runtime, name: string, code: string): Promise<void> => {
      const file = join(app, `${name}.mjs`);
      await writeFile(file, code);
      const [command, ...args] = runtime.command(file);
      const printed = await run(command, args, { cwd: app, timeoutMs: 120_000 });
      if (!printed.includes(name === "client" ? "CX-7742-B" : "You sent 3 messages."))
        throw new Failure(`It printed: ${printed}`);
    };
    let service: Started | undefined;
    for (const name of names.length > 0 ? names : RUNTIMES) {
      const runtime = await installRuntime(name, join(folder, "runtimes"));
      if (runtime.isNode || service === undefined) {
        await service?.stop();
        service = undefined;
        const on = runtime.isNode ? runtime : await installRuntime("node22", join(folder, "runtimes"));
        await check(`${on.name}: mneme start`, async () => {
          service = await startInstalled(on, app, join(folder, `data-${name}`));
        });
      }
      const { url } = service ?? { url: "http://127.0.0.1:1" };
      await check(`${runtime.name}: the first snippet of @mneme/client`, () =>
        runOn(runtime, "client", withReplaced(client, { "http://127.0.0.1:8080": url })),
      );
      await check(`${runtime.name}: the first snippet of @mneme/checkpointer`, () =>
        runOn(
          runtime,
          "checkpointer",
          // A thread of its own: each would go on with the one before.
          withReplaced(checkpointer, {
            "redis://127.0.0.1:6379": redis.url,
            '"customer 7742"': JSON.stringify(`customer ${name}`),
          }),
        ),
      );
    }
    await service?.stop();
  } finally {
    await redis.stop();
    await rm(folder, { recursive: true, force: true });
  }
  if (failures > 0) throw new Failure(`${failures} checks failed.`);
}

await main(process.argv.slice(2)).catch(reportFailure);
process.exit();
