/** The thread that tokenises and infers, so that the event loop of the service never does. */
import { parentPort, workerData } from "node:worker_threads";

import { splitPassages } from "../passages.js";
import { markIdle } from "./protocol.js";
import type { FromWorker, Reply, Request, ToWorker, WorkerOptions } from "./protocol.js";
import { openSession } from "./session.js";
import type { Session } from "./session.js";

const port = parentPort;
if (port === null) throw new Error("this module runs as a worker thread");
/** The thread that starts this one hands over exactly these. */
const options = workerData as WorkerOptions;

function send(message: FromWorker): void {
  markIdle(options.busy);
  port?.postMessage(message, message.kind === "vector" ? [transferable(message.vector)] : []);
}

async function answer(session: Session, request: Request): Promise<Reply> {
  if (request.kind === "embed") return { kind: "vector", vector: await session.embed(request.text) };
  const { content, sizes } = request;
  return { kind: "passages", passages: splitPassages(content, session.tokenizer.meter, sizes) };
}

/** The vector is a Float32Array that we made with its own buffer, never a shared one. */
const transferable = (vector: Float32Array): ArrayBuffer => vector.buffer as ArrayBuffer;

let session: Session | undefined;
try {
  session = await openSession(options);
  const opened = session;
  port.on("message", (message: ToWorker) => {
    if (message.kind === "close") {
      void opened.close().finally(() => port.close());
      return;
    }
    // The error's text may quote the input, so it stays here.
    answer(opened, message).then(send, () => send({ kind: "failed" }));
  });
  send({ kind: "loaded" });
} catch (error) {
  send({ kind: "unloadable", reason: error instanceof Error ? error.message : String(error) });
}
