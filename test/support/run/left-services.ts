import type { ChildProcess } from "node:child_process";
import { once } from "node:events";

const running = new Set<ChildProcess>();

/** Sees to it that a service doesn't outlive its test file, whose tests may fail before they stop it. */
export function endWithFile(service: ChildProcess): void {
  running.add(service);
  service.once("close", () => running.delete(service));
}

/** Kills what a test file left running, and waits until it's gone. */
export async function endLeftServices(): Promise<void> {
  await Promise.all(
    [...running].map(async (service) => {
      const closed = once(service, "close");
      service.kill("SIGKILL");
      await closed;
    }),
  );
}

process.on("exit", () => {
  for (const service of running) service.kill("SIGKILL");
});
