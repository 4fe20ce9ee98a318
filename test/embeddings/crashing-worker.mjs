// Stands in for the worker of the local embedder: crashes on the text "crash", hangs on "hang".
import { parentPort } from "node:worker_threads";

/** @param {unknown} message */
const send = (message) => parentPort?.postMessage(message, []);

parentPort?.on("message", ({ kind, text }) => {
  if (kind === "close") parentPort?.close();
  else if (text === "crash") throw new Error(`confidential: ${text}`);
  else if (text !== "hang") send({ kind: "vector", vector: new Float32Array([1]) });
});
send({ kind: "loaded" });
