import { workerData } from "node:worker_threads";
import type { MessagePort } from "node:worker_threads";

import { markIdle } from "./protocol.js";
import type { FromWorker, ModelOptions, Reply, Request, ToWorker } from "./protocol.js";

interface Served {
  answer(request: Request): Promise<Reply>;
  close(): Promise<void>;
}

/** Opens a model in this thread, and answers the requests of the thread that started it. */
export async function serveWorker<Options extends ModelOptions>(
  port: MessagePort | null,
  open: (options: Options) => Promise<Served>,
): Promise<void> {
  if (port === null) throw new Error("this module runs as a worker thread");
  const options = optionsOf<Options>();
  const send = (message: FromWorker): void => {
    markIdle(options.busy);
    port.postMessage(message, message.kind === "vector" ? [transferable(message.vector)] : []);
  };
  try {
    const opened = await open(options);
    port.on("message", (message: ToWorker) => {
      if (message.kind === "close") {
        void opened.close().finally(() => port.close());
        return;
      }
      // The error's text may quote the input, so it stays here.
      opened.answer(message).then(send, () => send({ kind: "failed" }));
    });
    send({ kind: "loaded" });
  } catch (error) {
    send({ kind: "unloadable", reason: error instanceof Error ? error.message : String(error) });
  }
}

/** The thread that starts this one hands over exactly these. */
function optionsOf<Options extends ModelOptions>(): Options {
  return workerData as Options;
}

/** The vector is a Float32Array that we made with its own buffer, never a shared one. */
const transferable = (vector: Float32Array): ArrayBuffer => vector.buffer as ArrayBuffer;
