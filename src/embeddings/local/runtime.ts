import { createRequire } from "node:module";
import { join } from "node:path";
import type Runtime from "onnxruntime-node";

/**
 * Loads ONNX Runtime: from a folder with its `node_modules`, else as Node finds it. The published package doesn't depend
 * on `onnxruntime-node`, whose install script would download hundreds of megabytes for graphics cards.
 */
export function loadRuntime(dir: string | undefined): typeof Runtime {
  const require = createRequire(dir === undefined ? import.meta.url : join(dir, "package.json"));
  return runtimeIn(require("onnxruntime-node"));
}

/** What `require` gives is the module that its name says, in the version that was fetched or locked. */
function runtimeIn(exports: unknown): typeof Runtime {
  return exports as typeof Runtime;
}
