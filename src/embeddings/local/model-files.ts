import { statSync } from "node:fs";
import { join } from "node:path";

/** The paths of a local model's files that a folder lacks. */
export function missingFiles(modelDir: string): string[] {
  return ["model.onnx", "tokenizer.json"].map((name) => join(modelDir, name)).filter((file) => !isFile(file));
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}
