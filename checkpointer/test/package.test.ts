import { execFile, execFileSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";

const ROOT = join(import.meta.dirname, "..", "..");
const MODULES = join(ROOT, "node_modules");
const run = promisify(execFile);

let folder: string;
let app: string;
let tarball: string;

/** Packs a clone that was never built, and unpacks the package into an application's node_modules. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "mneme-pack-"));
  const clone = join(folder, "clone");
  const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: ROOT,
    encoding: "utf8",
  });
  for (const file of listed.split("\0").filter(Boolean)) {
    cpSync(join(ROOT, file), join(clone, file), { recursive: true });
  }
  symlinkSync(MODULES, join(clone, "node_modules"));
  expect(readdirSync(join(clone, "checkpointer"))).not.toContain("dist");
  execFileSync("npm", ["pack", "-w", "checkpointer", "--pack-destination", folder, "--loglevel=error"], {
    cwd: clone,
    stdio: "ignore",
    shell: process.platform === "win32",
  });
  tarball = join(folder, readdirSync(folder).find((name) => name.endsWith(".tgz")) ?? "");
  app = join(folder, "app");
  const installed = join(app, "node_modules", "@mneme", "checkpointer");
  mkdirSync(installed, { recursive: true });
  execFileSync("tar", ["-xzf", tarball, "-C", installed, "--strip-components=1"]);
  symlinkSync(join(ROOT, "src", "client"), join(app, "node_modules", "@mneme", "client"));
  for (const name of ["redis", "@redis", "@langchain", "@types", "langchain"]) {
    symlinkSync(join(MODULES, name), join(app, "node_modules", name));
  }
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("the package has what it needs, and nothing of the build", () => {
  const files = execFileSync("tar", ["-tzf", tarball], { encoding: "utf8" }).trim().split("\n");
  const folders = new Set(files.map((name) => name.split("/").slice(1, 3).join("/")));
  expect([...folders].toSorted()).toEqual(["LICENSE", "README.md", "dist/cjs", "dist/src", "package.json"]);
  expect(
    files.filter((name) => /\.map$|\.staging|\.fingerprint|\.ts$/.test(name) && !name.endsWith(".d.ts")),
  ).toEqual([]);
  expect(readFileSync(join(app, "node_modules/@mneme/checkpointer/LICENSE"), "utf8")).toBe(
    readFileSync(join(ROOT, "LICENSE"), "utf8"),
  );
});

const PROGRAM = `
async function main() {
  const saver = await RedisSaver.fromUrl(process.argv.at(-1) ?? "");
  const graph = new StateGraph(MessagesAnnotation)
    .addNode("answer", () => ({ messages: [{ role: "assistant", content: "Hello." }] }))
    .addEdge(START, "answer")
    .compile({ checkpointer: saver, store: new MnemeStore({ url: "http://127.0.0.1:1" }) });
  const config = { configurable: { thread_id: "packed " + process.pid } };
  await graph.invoke({ messages: [{ role: "user", content: "Hi." }] }, config);
  const state = await graph.getState(config);
  const agent = createAgent({
    model: fakeModel().respond(new AIMessage("Hello.")),
    checkpointer: saver,
    middleware: [mnemeMemory({ url: "http://127.0.0.1:1", namespace: "a", timeoutMs: 100, onError: () => {} })],
  });
  const answer = await agent.invoke({ messages: [{ role: "user", content: "Hi." }] }, config);
  console.log(state.values.messages.length, answer.messages.at(-1)?.text);
  await saver.end();
}
void main();
`;
const IMPORTS = {
  "@mneme/checkpointer": "{ MnemeStore, RedisSaver }",
  "@mneme/checkpointer/middleware": "{ mnemeMemory }",
  "@langchain/langgraph": "{ MessagesAnnotation, START, StateGraph }",
  langchain: "{ AIMessage, createAgent, fakeModel }",
};

describe("an application of", () => {
  test.each([
    ["ES modules", "module", "app.mjs", importing()],
    ["CommonJS", "commonjs", "app.cjs", requiring()],
  ])("%s runs a graph with it", async (_, type, file, head) => {
    const own = application(type);
    writeFileSync(join(own, file), `${head}${PROGRAM}`);
    const { stdout } = await run(process.execPath, [join(own, file), inject("redisUrl")], { cwd: own });
    expect(stdout.trim()).toBe("2 Hello.");
  });

  test.each([
    ["ES modules", "module"],
    ["CommonJS", "commonjs"],
  ])("%s in TypeScript compiles with its types, strictly, and runs", async (_, type) => {
    const own = application(type);
    writeFileSync(join(own, "app.ts"), `${importing()}${PROGRAM}`);
    const compiler = join(MODULES, "typescript", "bin", "tsc");
    const flags = ["--strict", "--module", "nodenext", "--target", "es2022", "--types", "node"];
    await run(process.execPath, [compiler, ...flags, "--skipLibCheck", "app.ts"], { cwd: own }).catch(
      ({ stdout }: { stdout: string }) => expect.fail(stdout),
    );
    const { stdout } = await run(process.execPath, [join(own, "app.js"), inject("redisUrl")], { cwd: own });
    expect(stdout.trim()).toBe("2 Hello.");
    expect(readFileSync(join(own, "app.js"), "utf8").includes("require(")).toBe(type === "commonjs");
  });
});

test("publint and arethetypeswrong find nothing", async () => {
  const { stdout } = await run(process.execPath, [
    join(MODULES, "publint", "src", "cli.js"),
    "--strict",
    join(app, "node_modules", "@mneme", "checkpointer"),
  ]);
  expect(stdout).toContain("All good!");
  // Its exit code is 0 only if no problem was found.
  const cli = join(MODULES, "@arethetypeswrong", "cli", "dist", "index.js");
  await run(process.execPath, [cli, tarball, "--no-emoji"]).catch(({ stdout: found }: { stdout: string }) =>
    expect.fail(found),
  );
});

function importing(): string {
  return Object.entries(IMPORTS)
    .map(([name, names]) => `import ${names} from "${name}";\n`)
    .join("");
}
function requiring(): string {
  return Object.entries(IMPORTS)
    .map(([name, names]) => `const ${names} = require("${name}");\n`)
    .join("");
}

/** A folder of an application of its own, below the one that has the packages. */
function application(type: string): string {
  const own = mkdtempSync(join(app, `${type}-`));
  writeFileSync(join(own, "package.json"), JSON.stringify({ type }));
  return own;
}
