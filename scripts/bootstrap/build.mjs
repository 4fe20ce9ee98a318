import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative } from "node:path";
import { withLock } from "./lock.mjs";
import { repositoryRoot } from "./root.mjs";

const FINGERPRINT = ".fingerprint";
const SOURCES = [
  "src",
  "scripts",
  "checkpointer/src",
  "checkpointer/package.json",
  "tsconfig.json",
  "package-lock.json",
];
/** Folders with a tsconfig.json, each built into its own dist/. The service is checked against the package's types. */
const PROJECTS = ["src/client", "checkpointer", "."];
/** The pages of the explorer, which browsers run: the compiler checks them, and a bundler packs them. */
const EXPLORER = join("src", "explorer", "web");
/** Packages for applications of both module systems: `dist/src` has ES modules, `dist/cjs` CommonJS, each with types. */
const DUAL = new Set(["src/client", "checkpointer"]);

/** Whether every dist/ was built from the sources as they are now. */
export function buildCurrent() {
  const root = repositoryRoot();
  const current = fingerprint(root);
  return PROJECTS.every((project) => {
    const recorded = join(root, project, "dist", FINGERPRINT);
    return existsSync(recorded) && readFileSync(recorded, "utf8") === current;
  });
}

/**
 * Changes whenever a source does.
 *
 * @param {string} [root] the repository's unless given
 */
export function sourcesFingerprint(root = repositoryRoot()) {
  return fingerprint(root);
}

/**
 * Does what changes node_modules/ or dist/ while no other process does. A build that began before an edit must not end
 * after the next one: it would leave what it has read under the fingerprint of what is there.
 *
 * @template T
 * @param {() => T | Promise<T>} work
 * @returns {Promise<T>}
 */
export function whileNoOtherBuilds(work) {
  return withLock(join(repositoryRoot(), ".data", "bootstrap.lock"), work, (pid) =>
    console.error(`Waiting for process ${pid}, which installs or builds ...`),
  );
}

/**
 * Builds unless dist/ is current, without the type check: who starts the service or a test waits for the emit only,
 * and `npm run build` and `npm run lint` check. Exits when the compiler can't read a file.
 */
export function ensureBuilt() {
  if (buildCurrent()) return;
  console.error("Building ...");
  if (!build({ check: false })) {
    console.error("The build failed. Nothing was started.");
    process.exit(1);
  }
}

/**
 * Compiles into a folder aside, then brings dist/ in line file by file: a running service never reads half a
 * module, unchanged files stay untouched, files without a source go.
 *
 * @param {{ check: boolean, project?: string | undefined }} options whether a type error makes the build fail; which
 * one of the projects, else all
 * @returns {boolean} false when the compiler found errors; dist/ is then left as it was
 */
export function build({ check, project: only }) {
  const root = repositoryRoot();
  // Taken first: an edit during the build makes the result stale, not falsely current.
  const sources = fingerprint(root);
  const wanted = PROJECTS.filter((project) => only === undefined || project === only);
  return wanted.every((project) =>
    buildProject(join(root, project), sources, { check, dual: DUAL.has(project) }),
  );
}

/**
 * @param {string} folder of the project
 * @param {string} sources their fingerprint
 * @param {{ check: boolean, dual: boolean }} options
 */
function buildProject(folder, sources, { check, dual }) {
  const target = join(folder, "dist");
  const staging = join(target, `.staging-${process.pid}`);
  try {
    if (!compile(folder, staging, check)) return false;
    if (dual && !compileAsCommonJs(folder, staging)) return false;
    if (existsSync(join(folder, EXPLORER)) && !bundleExplorer(folder, staging, check)) return false;
    // tsc doesn't copy Lua, which is loaded from the folder of its module.
    for (const file of filesUnder(join(folder, "src")).filter((name) => name.endsWith(".lua"))) {
      copy(file, join(staging, relative(folder, file)));
    }
    // A dist/ that was brought in line halfway is current by no fingerprint.
    rmSync(join(target, FINGERPRINT), { force: true });
    sync(staging, target);
    writeFileSync(join(target, FINGERPRINT), sources);
    return true;
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

/**
 * @param {string} folder with a tsconfig.json
 * @param {string} target
 * @param {boolean} check
 * @param {readonly string[]} [flags]
 */
function compile(folder, target, check, flags = []) {
  const compiler = join(repositoryRoot(), "node_modules", "typescript", "bin", "tsc");
  const { status } = spawnSync(
    process.execPath,
    [compiler, "--noEmitOnError", ...(check ? [] : ["--noCheck"]), "--outDir", target, ...flags],
    { cwd: folder, stdio: ["ignore", 2, 2] },
  );
  return status === 0;
}

/**
 * Compiles the same sources once more, below a package.json by which the compiler takes them for CommonJS. Their types
 * then refer to the CommonJS types of LangGraph, which differ from those of its ES modules. They are checked already.
 *
 * @param {string} folder
 * @param {string} staging
 */
function compileAsCommonJs(folder, staging) {
  const copied = join(staging, ".commonjs");
  const manifest = `${JSON.stringify({ type: "commonjs" })}\n`;
  for (const file of filesUnder(join(folder, "src")).filter((name) => name.endsWith(".ts"))) {
    const target = join(copied, relative(folder, file));
    mkdirSync(dirname(target), { recursive: true });
    // The one expression that CommonJS has no form for.
    writeFileSync(target, readFileSync(file, "utf8").replaceAll("import.meta.dirname", "__dirname"));
  }
  writeFileSync(join(copied, "package.json"), manifest);
  writeFileSync(
    join(copied, "tsconfig.json"),
    JSON.stringify({
      extends: join(folder, "tsconfig.json"),
      compilerOptions: { rootDir: "src", verbatimModuleSyntax: false, types: ["node"] },
      include: ["src"],
      exclude: [],
    }),
  );
  const target = join(staging, "cjs");
  const done = compile(copied, target, false);
  rmSync(copied, { recursive: true, force: true });
  writeFileSync(join(target, "package.json"), manifest);
  return done;
}

/**
 * @param {string} folder of the service
 * @param {string} staging
 * @param {boolean} check
 */
function bundleExplorer(folder, staging, check) {
  const compiler = join(repositoryRoot(), "node_modules", "typescript", "bin", "tsc");
  const bundler = join(import.meta.dirname, "bundle-explorer.mjs");
  const steps = [
    ...(check ? [[compiler, "-p", EXPLORER]] : []),
    [bundler, join(staging, "src", "explorer", "assets")],
  ];
  return steps.every(
    (step) => spawnSync(process.execPath, step, { cwd: folder, stdio: ["ignore", 2, 2] }).status === 0,
  );
}

/**
 * @param {string} from
 * @param {string} to
 */
function sync(from, to) {
  const wanted = new Set(filesUnder(from).map((file) => relative(from, file)));
  for (const name of wanted) {
    const [source, target] = [join(from, name), join(to, name)];
    if (existsSync(target) && readFileSync(target).equals(readFileSync(source))) continue;
    mkdirSync(dirname(target), { recursive: true });
    renameSync(source, target);
  }
  for (const file of filesUnder(to)) {
    if (!wanted.has(relative(to, file))) rmSync(file, { force: true });
  }
}

/** @param {string} root */
function fingerprint(root) {
  const hash = createHash("sha256");
  for (const file of SOURCES.flatMap((name) => filesUnder(join(root, name))).toSorted()) {
    const { size, mtimeMs } = statSync(file);
    hash.update(`${relative(root, file)} ${size} ${mtimeMs}\n`);
    // A number changed in a script leaves its size, and what puts a file back may leave its time too.
    if (file.endsWith(".lua")) hash.update(readFileSync(file));
  }
  return hash.digest("hex");
}

/**
 * @param {string} path a folder or a file; hidden entries, and what is built in it, are passed over
 * @returns {string[]}
 */
function filesUnder(path) {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => !entry.name.startsWith(".") && entry.name !== "dist" && entry.name !== "node_modules")
    .flatMap((entry) =>
      entry.isDirectory() ? filesUnder(join(path, entry.name)) : [join(path, entry.name)],
    );
}

/**
 * @param {string} from
 * @param {string} to
 */
function copy(from, to) {
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(from, to);
}
