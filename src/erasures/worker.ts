import { takeLease } from "../domain/lease.js";
import type { SweepingOptions, Sweeper } from "../domain/sweeper.js";
import { startSweeper } from "../domain/sweeper.js";
import type { ErasureServices } from "./services.js";
import { NotYet, workOff } from "./work.js";

export interface ErasuresWorkerOptions extends Omit<SweepingOptions, "locks"> {
  readonly services: ErasureServices;
}

const JOBS = 20;

class Interrupted extends Error {}

/** Works erasures off, each in one process at a time: that holds a lease of it, and another takes over when it ends. */
export function startErasuresWorker({ services, now, onError }: ErasuresWorkerOptions): Sweeper {
  const { jobs, locks } = services;

  async function work(id: string, stopping: AbortSignal): Promise<boolean> {
    const lease = await takeLease(locks, `erasure:${id}`);
    if (lease === undefined) return false;
    try {
      // Another process may have worked on it since it was listed.
      const job = await jobs.read(id);
      if (job === undefined || job.status !== "running") return false;
      await workOff(services, job, now, async () => {
        if (!lease.held() || stopping.aborted) throw new Interrupted();
      });
      return true;
    } catch (error) {
      if (error instanceof Interrupted) return false;
      // Not ahead of those that can go on.
      await jobs.postpone(id, now());
      if (error instanceof NotYet) return false;
      throw error;
    } finally {
      await lease.end();
    }
  }

  return startSweeper({
    name: "erasures of subjects",
    // Each job has a lease of its own.
    locks: undefined,
    everyMs: 1000,
    onError,
    async sweep({ stopping }) {
      let worked = 0;
      let failure: unknown;
      for (const id of await jobs.unfinished(JOBS)) {
        if (stopping.aborted) break;
        // One that fails doesn't keep the others from going on.
        try {
          if (await work(id, stopping)) worked += 1;
        } catch (error) {
          failure = error;
        }
      }
      if (failure !== undefined) throw failure;
      return worked;
    },
  });
}
