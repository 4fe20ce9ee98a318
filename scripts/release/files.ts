import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Where a release's version stands, by file: all that the pattern matches between its two groups. */
const PLACES: readonly (readonly [file: string, pattern: RegExp])[] = [
  ["package.json", /^( {2}"version": ")[^"]+(",)$/gm],
  ["package.json", /^( {4}"@mneme\/checkpointer": "\^)[^"]+(",?)$/gm],
  ["checkpointer/package.json", /^( {2}"version": ")[^"]+(",)$/gm],
  ["checkpointer/package.json", /^( {4}"@mneme\/client": "\^)[^"]+(",?)$/gm],
  ["src/client/package.json", /^( {2}"version": ")[^"]+(",)$/gm],
  ["src/client/python/pyproject.toml", /^(version = ")[^"]+(")$/gm],
  ["src/mcp/server.json", /^( +"version": ")[^"]+(",)$/gm],
  ["src/backup/release.ts", /^(export const RELEASE = ")[^"]+(";)$/gm],
  ...["README.md", "docs/cli.md", "checkpointer/README.md", "src/client/README.md"].map(
    (file) => [file, /(mneme(?:-client|-checkpointer)?-)\d+\.\d+\.\d+(\.tgz)/g] as const,
  ),
  ["src/client/python/README.md", /(mneme_client-)\d+\.\d+\.\d+(-py3-none-any\.whl)/g],
];

/** What keeps `version` from being a release, one sentence each. */
export function problemsOf(root: string, version: string): string[] {
  const problems = PLACES.flatMap(([file, pattern]) => {
    const text = readFileSync(join(root, file), "utf8");
    const found = [...text.matchAll(pattern)];
    if (found.length === 0) return [`${file} has no version where ${pattern.source} looks for it.`];
    const wrong = found.some(([whole, before = "", after = ""]) => whole !== `${before}${version}${after}`);
    return wrong ? [`${file} has another version than ${version}.`] : [];
  });
  const changelog = readFileSync(join(root, "CHANGELOG.md"), "utf8");
  if (!changelog.split("\n").includes(`## ${version}`)) problems.push(`CHANGELOG.md has no "## ${version}".`);
  return [...new Set(problems)];
}

/** Writes a version everywhere, and gives its name to what CHANGELOG.md has under "Unreleased". */
export function setVersion(root: string, version: string): void {
  for (const [file, pattern] of PLACES) {
    edit(root, file, (text) => text.replace(pattern, `$1${version}$2`));
  }
  edit(root, "CHANGELOG.md", (text) =>
    text.replace(/^## Unreleased\n\n(?:This will be .*\n\n)?/m, `## Unreleased\n\n## ${version}\n\n`),
  );
}

/**
 * Writes the repository that publishes into the manifests: npm compares it with the provenance, and the MCP registry the
 * name of the server with the owner.
 */
export function setOwner(root: string, repository: string): void {
  const [owner = ""] = repository.split("/");
  const name = `io.github.${owner}/mneme`;
  for (const folder of ["", "checkpointer", "src/client"]) {
    edit(root, join(folder, "package.json"), (text) => {
      const manifest = {
        ...(JSON.parse(text) as Record<string, unknown>),
        ...(folder === "" ? { mcpName: name } : {}),
        repository: {
          type: "git",
          url: `git+https://github.com/${repository}.git`,
          ...(folder === "" ? {} : { directory: folder }),
        },
      };
      return `${JSON.stringify(manifest, null, 2)}\n`;
    });
  }
  edit(root, join("src", "mcp", "server.json"), (text) =>
    text.replace(/^( {2}"name": ")[^"]+(",)$/m, `$1${name}$2`),
  );
}

function edit(root: string, file: string, change: (text: string) => string): void {
  const path = join(root, file);
  writeFileSync(path, change(readFileSync(path, "utf8")));
}
