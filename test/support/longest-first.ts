import { BaseSequencer } from "vitest/node";
import type { TestSpecification } from "vitest/node";

/** The files that take longest, by what ends their path. A fresh clone knows no times of its own. */
const LONGEST = [
  "client/python.test.ts",
  "scripts/bench-runs.test.ts",
  "memory/migration/migration.test.ts",
  "generated-clients/schemathesis.test.ts",
  "generated-clients/clients.test.ts",
  "explorer/views.test.ts",
  "erasures/erasures.test.ts",
  "memory/sessions/promotion.test.ts",
  "memory/archive/archive.test.ts",
  "memory/archive/hostile.test.ts",
  "memory/text/linear.test.ts",
  "pii/originals.test.ts",
  "access/audit-verify.test.ts",
  "scripts/test-faults.test.ts",
  "hook/run.test.ts",
  "explorer/journeys.test.ts",
  "sources/sources.test.ts",
  "scripts/dev.test.ts",
  "memory/consolidation/llm.test.ts",
  "memory/clearing/clear-namespace.test.ts",
];

/** Begins with the longest files: one that came last would run while all other workers have nothing to do. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const found = LONGEST.findIndex((end) => moduleId.endsWith(`/${end}`));
      return found === -1 ? LONGEST.length : found;
    };
    // oxlint-disable-next-line unicorn/no-array-sort -- vitest's own order, of no array
    const usual = await super.sort(files);
    return usual.toSorted((one, other) => rank(one) - rank(other));
  }
}
