import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { repositoryRoot } from "../../scripts/bootstrap/root.mjs";
import { mcpCommand } from "../../scripts/cli/commands/mcp.js";
import { problemsOf, setOwner, setVersion } from "../../scripts/release/files.js";
import { TOOLS } from "../../src/mcp/tools/index.js";
import { tempDir } from "../support/run/temp-dir.js";

const ROOT = repositoryRoot();
const FILES = [
  "CHANGELOG.md",
  "README.md",
  "package.json",
  "docs/cli.md",
  "checkpointer/README.md",
  "checkpointer/package.json",
  "src/backup/release.ts",
  "src/client/README.md",
  "src/client/package.json",
  "src/client/python/README.md",
  "src/client/python/pyproject.toml",
  "src/mcp/server.json",
];
const WORKFLOW = readFileSync(join(ROOT, ".github", "workflows", "release.yml"), "utf8");

interface Server {
  readonly name: string;
  readonly description: string;
  readonly packages: readonly {
    readonly identifier: string;
    readonly packageArguments: readonly {
      readonly type: string;
      readonly name?: string;
      readonly value?: string;
    }[];
    readonly environmentVariables: readonly { readonly name: string }[];
  }[];
}

const read = <T>(root: string, file: string): T => JSON.parse(readFileSync(join(root, file), "utf8")) as T;
const server = read<Server>(ROOT, "src/mcp/server.json");

/** The files of a release, in a folder of their own. */
function copied(): string {
  const folder = tempDir();
  for (const file of FILES) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    cpSync(join(ROOT, file), join(folder, file));
  }
  return folder;
}

describe("a release", () => {
  test("has one version in all of its files", () => {
    const { version } = read<{ version: string }>(ROOT, "package.json");
    // Until its release, a version's changes are those under "Unreleased".
    const released = readFileSync(join(ROOT, "CHANGELOG.md"), "utf8").includes(`\n## ${version}\n`);
    expect(problemsOf(ROOT, version)).toEqual(released ? [] : [`CHANGELOG.md has no "## ${version}".`]);
  });

  test("gets a version everywhere by one command", () => {
    const folder = copied();
    expect(problemsOf(folder, "9.8.7").length).toBeGreaterThan(8);
    setVersion(folder, "9.8.7");
    expect(problemsOf(folder, "9.8.7")).toEqual([]);
    const [version, client] = ["package.json", "checkpointer/package.json"].map((file) =>
      read<{ version: string; dependencies: Record<string, string> }>(folder, file),
    );
    expect([version?.version, version?.dependencies["@mneme/checkpointer"]]).toEqual(["9.8.7", "^9.8.7"]);
    expect(client?.dependencies["@mneme/client"]).toBe("^9.8.7");
    // What was unreleased is under its heading, and older releases are as they were.
    const changelog = readFileSync(join(folder, "CHANGELOG.md"), "utf8");
    expect(changelog).toContain("\n## Unreleased\n\n## 9.8.7\n");
    expect(changelog).not.toContain("This will be");
    expect(changelog).toContain("\n## 0.1.0\n");
  });

  test("names the repository that publishes it", () => {
    const folder = copied();
    setOwner(folder, "acme/memory");
    expect(read<Server>(folder, "src/mcp/server.json").name).toBe("io.github.acme/mneme");
    expect(read(folder, "package.json")).toMatchObject({
      mcpName: "io.github.acme/mneme",
      repository: { type: "git", url: "git+https://github.com/acme/memory.git" },
    });
    expect(read(folder, "checkpointer/package.json")).toMatchObject({
      repository: { directory: "checkpointer" },
    });
  });

  test("is published only by a tag, after the tests, without a stored secret", () => {
    expect(WORKFLOW).toMatch(/^on:\n {2}push:\n {4}tags: \[/m);
    expect(WORKFLOW).not.toMatch(/branches:|workflow_dispatch|secrets\./);
    expect(WORKFLOW).toMatch(/build:\n {4}needs: check\n/);
    expect(WORKFLOW).toMatch(/ {2}npm:\n {4}needs: build\n/);
    for (const job of ["python", "mcp"])
      expect(WORKFLOW).toMatch(new RegExp(`  ${job}:\\n    needs: npm\\n`));
    expect(WORKFLOW.match(/id-token: write/g)).toHaveLength(3);
    expect(WORKFLOW).toContain("npm publish --provenance");
    // Of what it downloads and runs, it knows the sum.
    expect(WORKFLOW).toMatch(/gh release download "\$PUBLISHER" .*\n.*sha256sum --check --strict\n/);
  });

  test.each([
    ["v9.8.7", "latest"],
    ["v9.8.7-rc.1", "next"],
  ])("publishes what isn't published yet of %s with the tag %s", (ref, tag) => {
    const folder = tempDir();
    const packages = {
      "mneme-client": "@mneme/client",
      "mneme-checkpointer": "@mneme/checkpointer",
      mneme: "mneme",
    };
    for (const [file, name] of Object.entries(packages)) {
      const manifest = { name, version: ref.slice(1) };
      mkdirSync(join(folder, "package"), { recursive: true });
      mkdirSync(join(folder, "release/npm"), { recursive: true });
      writeFileSync(join(folder, "package/package.json"), JSON.stringify(manifest));
      const archive = `release/npm/${file}-${ref.slice(1)}.tgz`;
      execFileSync("tar", ["czf", archive, "package/package.json"], { cwd: folder });
    }
    // Stands for the registry, which has the first package already.
    const npm = `#!/bin/sh\nif [ "$1" = view ]; then [ "$2" = "@mneme/client@${ref.slice(1)}" ] && echo "$2" || exit 1; else echo "$@" >>calls; fi\n`;
    writeFileSync(join(folder, "npm"), npm, { mode: 0o755 });
    const [, step = ""] = /client first[^\n]*\n {8}run: \|\n((?: {10}.*\n)+)/.exec(WORKFLOW) ?? [];
    execFileSync("bash", ["-e", "-c", step], {
      cwd: folder,
      env: { ...process.env, PATH: `${folder}:${process.env["PATH"]}`, GITHUB_REF_NAME: ref },
    });
    expect(readFileSync(join(folder, "calls"), "utf8").trim().split("\n")).toEqual(
      ["mneme-checkpointer", "mneme"].map(
        (file) =>
          `publish --provenance --access public --tag ${tag} ./release/npm/${file}-${ref.slice(1)}.tgz`,
      ),
    );
  });

  test("is pushed by the commands of the page: an annotated tag", () => {
    expect(readFileSync(join(ROOT, "CONTRIBUTING.md"), "utf8")).toMatch(
      /git tag -a v\d.*\ngit push --follow-tags/,
    );
  });
});

describe("the entry in the MCP registry", () => {
  test("has the shape that the registry takes", () => {
    expect(server.name).toMatch(/^[a-zA-Z0-9.-]+\/[a-zA-Z0-9._-]+$/);
    expect(server.description.length).toBeLessThanOrEqual(100);
    expect(server.packages.map(({ identifier }) => identifier)).toEqual([
      read<{ name: string }>(ROOT, "package.json").name,
    ]);
  });

  test("names the tools that a server has unless it is asked for more", () => {
    const [, listed = ""] = /: (.*)\.$/.exec(server.description) ?? [];
    expect(listed.split(", ").toSorted()).toEqual(TOOLS.core.map(({ name }) => name).toSorted());
  });

  test("has the arguments and variables of the command", () => {
    const [pack] = server.packages;
    const options = mcpCommand().options;
    const [first, ...named] = pack?.packageArguments ?? [];
    expect(first?.value).toBe(mcpCommand().name());
    for (const { name } of named) expect(options.map(({ long }) => long)).toContain(name);
    const variables = [...options.map(({ envVar }) => envVar), "MNEME_API_KEY"];
    for (const { name } of pack?.environmentVariables ?? []) expect(variables).toContain(name);
  });
});
