// node scripts/run.mjs test-cluster [VITEST ARGS]: runs tests that talk to a service over HTTP on a Redis Cluster.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { repositoryRoot } from "../bootstrap/root.mjs";
import { loadEnv } from "../shell/env.js";

/** Those that look at nothing but answers. */
const DEFAULT_TESTS = ["test/access/isolation", "test/state/races", "test/memory/recall/recall.test"];

const tests = process.argv.slice(2);
const { status } = spawnSync(
  process.execPath,
  [join(repositoryRoot(), "scripts", "test.mjs"), ...(tests.length > 0 ? tests : DEFAULT_TESTS)],
  { env: { ...loadEnv(), MNEME_TEST_CLUSTER: "1" }, stdio: "inherit" },
);
process.exitCode = status ?? 1;
