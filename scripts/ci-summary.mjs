// node scripts/ci-summary.mjs REPORT CHECKS_FAILED: "N passed, N failed" of vitest's JSON report. A test file that
// can't be loaded counts as one failed test, and so does a check outside of the tests, such as lint.
import { existsSync, readFileSync } from "node:fs";

/** @typedef {{ status: string, assertionResults: { status: string }[] }} TestFile */

const [, , file = "", checksFailed = "0"] = process.argv;
const report = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
/** @type {TestFile[]} */
const files = report.testResults ?? [];
const tests = files.flatMap(({ assertionResults }) => assertionResults);
const unloaded = files.filter(
  ({ status, assertionResults }) =>
    status === "failed" && assertionResults.every((result) => result.status !== "failed"),
);

const passed = tests.filter(({ status }) => status === "passed").length;
const failed =
  tests.filter(({ status }) => status === "failed").length + unloaded.length + Number(checksFailed);
if (tests.length === 0) console.log("No test ran.");
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
