import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { Socket } from "node:net";

const running = new Set<ChildProcess>();

/** Sees to it that a service doesn't outlive its test file, whose tests may fail before they stop it. */
export function endWithFile(service: ChildProcess): void {
  running.add(service);
  service.once("close", () => running.delete(service));
}

/** Sees to it that a service doesn't outlive this process, whose test files share it. */
export function endWithProcess(service: ChildProcess): void {
  process.once("exit", () => service.kill("SIGKILL"));
  // It keeps no worker from ending that has run its last file.
  service.unref();
  for (const stream of [service.stdout, service.stderr]) if (stream instanceof Socket) stream.unref();
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
