import { once } from "node:events";
import { createServer } from "node:net";
import type { Config } from "../../src/config.js";
import { messageOf } from "../shell/failure.js";
import { ok, problem } from "./finding.js";
import type { Finding } from "./finding.js";

const ANSWERS_WITHIN_MS = 5_000;

/** Whether a service could listen where it is told to, or already does. */
export async function* checkPort({ host, port }: Config): AsyncGenerator<Finding> {
  const place = `${host}:${port}`;
  const refusal = await listen(host, port);
  if (refusal === undefined) {
    yield ok("port", `${place} is free.`);
    return;
  }
  if (refusal.code === "EADDRINUSE") {
    yield (await isMneme(host, port))
      ? ok("port", `mneme serves at ${place}.`)
      : problem("port", `Another program listens at ${place}: end it, or set PORT to a free port.`);
    return;
  }
  const way =
    refusal.code === "EACCES"
      ? "Set PORT to 1024 or above."
      : "Set HOST to an address of this machine, such as 127.0.0.1.";
  yield problem("port", `mneme can't listen at ${place} (${refusal.message}). ${way}`);
}

async function listen(host: string, port: number): Promise<{ code: unknown; message: string } | undefined> {
  const server = createServer();
  try {
    server.listen(port, host);
    await once(server, "listening");
    return undefined;
  } catch (error) {
    return { code: error instanceof Error && "code" in error ? error.code : "", message: messageOf(error) };
  } finally {
    server.close();
  }
}

async function isMneme(host: string, port: number): Promise<boolean> {
  const name = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host;
  const url = `http://${name.includes(":") ? `[${name}]` : name}:${port}/v1/doctor`;
  const controller = new AbortController();
  // Not AbortSignal.timeout, whose timer lets the process end: fetch leaves a connection that was cut off without a word.
  const timer = setTimeout(() => controller.abort(), ANSWERS_WITHIN_MS);
  try {
    // No route: the problem by which mneme says so is its own.
    const answer = await fetch(url, { signal: controller.signal });
    return (await answer.text()).includes("urn:mneme:problem:");
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
  }
}
