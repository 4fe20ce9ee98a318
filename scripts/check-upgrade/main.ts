// node scripts/run.mjs check-upgrade [RECORDS]: upgrades a store of that size while it is written to, as the test does.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { repositoryRoot } from "../bootstrap/root.mjs";
import { loadEnv } from "../shell/env.js";
import { Failure, reportFailure } from "../shell/failure.js";

async function main(): Promise<void> {
  const records = Number(process.argv[2] ?? 20_000);
  if (!Number.isInteger(records) || records < 400)
    throw new Failure("usage: check-upgrade [RECORDS], at least 400");
  const { status } = spawnSync(
    process.execPath,
    [join(repositoryRoot(), "scripts", "test.mjs"), "test/upgrade/steps.test.ts"],
    { env: { ...loadEnv(), MNEME_TEST_UPGRADE_RECORDS: String(records) }, stdio: "inherit" },
  );
  process.exitCode = status ?? 1;
}

await main().catch(reportFailure);
process.exit();
