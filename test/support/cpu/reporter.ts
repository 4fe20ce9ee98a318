import { relative } from "node:path";
import type { Reporter, TestModule } from "vitest/node";

interface FileCost {
  readonly file: string;
  readonly cpuMs: number;
  readonly wallMs: number;
}

/**
 * Prints what each test file costs, the costliest first: CPU time of the process that ran it and of all that it started
 * and waited for. The file that is the first to import a module pays for it. The clock says less: files wait for each
 * other's processes.
 */
export default class CpuReporter implements Reporter {
  readonly #costs: FileCost[] = [];
  /** By worker: what it had used when its last file was over. */
  readonly #used = new Map<number, number>();

  onTestModuleEnd(module: TestModule): void {
    const { usedMs, worker } = module.meta();
    // A file that can't be imported has neither.
    if (usedMs === undefined || worker === undefined) return;
    this.#costs.push({
      file: relative(module.project.config.root, module.moduleId),
      cpuMs: usedMs - (this.#used.get(worker) ?? 0),
      wallMs: module.diagnostic().duration,
    });
    this.#used.set(worker, usedMs);
  }

  onTestRunEnd(): void {
    const costs = this.#costs.toSorted((one, other) => other.cpuMs - one.cpuMs);
    const lines = costs.map(({ file, cpuMs, wallMs }) => `${seconds(cpuMs)} ${seconds(wallMs)}  ${file}`);
    const sum = costs.reduce((total, { cpuMs }) => total + cpuMs, 0);
    const title = `${"CPU s".padStart(8)} ${"clock s".padStart(8)}`;
    console.log([title, ...lines, `${seconds(sum)} ${"".padStart(8)}  ${costs.length} files`].join("\n"));
    // With the transformation of all modules, for all workers. The Redis of all files isn't counted anywhere.
    const { user, system } = process.cpuUsage();
    console.log(`${seconds((user + system) / 1000)} ${"".padStart(8)}  vitest itself`);
  }
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(1).padStart(8);
}
