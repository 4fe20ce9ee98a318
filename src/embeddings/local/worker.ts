/** The thread that tokenises and infers, so that the event loop of the service never does. */
import { parentPort } from "node:worker_threads";

import { splitPassages } from "../passages.js";
import type { WorkerOptions } from "./protocol.js";
import { serveWorker } from "./serve-worker.js";
import { openSession } from "./session.js";

await serveWorker(parentPort, async (options: WorkerOptions) => {
  const session = await openSession(options);
  return {
    close: session.close,
    async answer(request) {
      if (request.kind === "judge") throw new Error("this model embeds");
      if (request.kind === "embed") return { kind: "vector", vector: await session.embed(request.text) };
      const { content, sizes } = request;
      return { kind: "passages", passages: splitPassages(content, session.tokenizer.meter, sizes) };
    },
  };
});
