import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { LongestFirst } from "./support/longest-first.js";

export default defineConfig({
  test: {
    root: join(import.meta.dirname, ".."),
    include: ["test/**/*.test.ts", "checkpointer/**/*.test.ts"],
    exclude: ["**/node_modules/**", "**/dist/**"],
    globalSetup: [join(import.meta.dirname, "support", "global-setup.ts")],
    setupFiles: [join(import.meta.dirname, "support", "file-setup.ts")],
    // Tests start processes and wait for them, so each worker is a process. Its files share what it has imported: to
    // import it again for every file was a quarter of the run.
    pool: "forks",
    isolate: false,
    // They mostly wait, so more of them than cores: on two cores vitest would run one file at a time.
    maxWorkers: 4,
    sequence: { sequencer: LongestFirst },
    // Longer than a test waits for a condition (`until`): on a loaded machine the time limit only ends a hang.
    testTimeout: 300_000,
    expect: { poll: { timeout: 60_000 } },
    hookTimeout: 300_000,
    teardownTimeout: 30_000,
  },
});
