import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, onTestFinished } from "vitest";

/** A folder that's removed when the test is over. */
export function tempDir(): string {
  const dir = mkdtempSync(join(tmpdir(), "mneme-test-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** A folder of a test file's own: call it at the file's top. */
export function tempFolder(): string {
  const dir = mkdtempSync(join(tmpdir(), "mneme-test-"));
  afterAll(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}
