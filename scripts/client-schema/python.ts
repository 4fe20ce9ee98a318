import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repositoryRoot } from "../bootstrap/root.mjs";
import { runPython } from "../downloads/python.js";
import type { OpenApi } from "./generate.js";

/** The folder of the Python client's package, relative to the repository. */
export const PYTHON_PACKAGE = join("src", "client", "python", "mneme_client");

/** The generated files of the Python client by name: its models, its bodies, and a method for each operation. */
export async function pythonFilesOf(document: OpenApi): Promise<ReadonlyMap<string, string>> {
  const program = join(repositoryRoot(), "scripts", "client-schema", "python");
  const folder = await mkdtemp(join(tmpdir(), "client-schema-"));
  try {
    const [source, target] = [join(folder, "openapi.json"), await mkdtemp(join(folder, "made-"))];
    await writeFile(source, JSON.stringify(document));
    const made = await runPython([join(program, "main.py"), source, target], {
      requirements: join(program, "requirements.txt"),
      env: { PYTHONDONTWRITEBYTECODE: "1" },
    });
    if (made.code !== 0) throw new Error(`The Python client could not be made:\n${made.text}`);
    const files = await readdir(target);
    return new Map(
      await Promise.all(
        files.map(async (file) => [file, await readFile(join(target, file), "utf8")] as const),
      ),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
