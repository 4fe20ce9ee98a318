import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { repositoryRoot } from "../bootstrap/root.mjs";

const run = promisify(execFile);

/** The types of `@mneme/client`, relative to the repository. */
export const SCHEMA_FILE = join("src", "client", "src", "schema.ts");

/** What openapi-typescript makes of the served document, formatted, without the answers that are errors: all are problem details. */
export async function schemaOf(document: OpenApi): Promise<string> {
  const root = repositoryRoot();
  const folder = await mkdtemp(join(tmpdir(), "client-schema-"));
  try {
    const [source, target] = [join(folder, "openapi.json"), join(folder, "schema.ts")];
    await writeFile(source, JSON.stringify(successesOnly(document)));
    const generator = join(
      "test",
      "generated-clients",
      "node_modules",
      "openapi-typescript",
      "bin",
      "cli.js",
    );
    // Fields with a default may be left out of a request.
    const flags = ["--default-non-nullable=false", "--output", target];
    await run(process.execPath, [join(root, generator), source, ...flags]);
    const formatter = join(root, "node_modules", "oxfmt", "bin", "oxfmt");
    const formatting = [formatter, "--config", join(root, ".oxfmtrc.json"), target];
    await run(process.execPath, formatting, { cwd: folder });
    return await readFile(target, "utf8");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

interface Operation {
  readonly responses: Readonly<Record<string, object>>;
}

function successesOnly(document: OpenApi): OpenApi {
  const paths = mapValues(document.paths, (operations) =>
    mapValues(operations, (operation) => ({
      ...operation,
      responses: mapValues(
        Object.fromEntries(Object.entries(operation.responses).filter(([status]) => status.startsWith("2"))),
        (response) => ({ ...response, headers: {} }),
      ),
    })),
  );
  return { ...document, paths };
}

function mapValues<A, B>(record: Readonly<Record<string, A>>, change: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}
