// Loads the files of a bundle, which lie beside it, from the bytecode that the first process to load one has left there.
// To compile a bundle is a quarter of a start. Node can do this by itself since release 22.
const { existsSync, readFileSync, renameSync, writeFileSync } = require("node:fs");
const { createRequire, wrap } = require("node:module");
const { dirname } = require("node:path");
const v8 = require("node:v8");
const vm = require("node:vm");

// A process of a test serves a few hundred requests: to optimise code for more of them cost a third of its time. The default
// is 132 KiB of bytecode.
v8.setFlagsFromString("--interrupt-budget=1000000");

const usual = require.extensions[".js"];

require.extensions[".cjs"] = (module, filename) => {
  // A file of a package that isn't bundled.
  if (dirname(filename) !== __dirname) return usual(module, filename);
  const text = readFileSync(filename, "utf8");
  // Code from bytecode can't import: `import("http")`, which isn't a type in a comment.
  if (/(?<!\{\s?|[.\w])import\("/.test(text)) return usual(module, filename);
  const cache = `${filename}.bytecode`;
  const cachedData = existsSync(cache) ? readFileSync(cache) : undefined;
  const script = new vm.Script(wrap(text), {
    filename,
    cachedData,
    importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  const run = script.runInThisContext();
  run.call(module.exports, module.exports, createRequire(filename), module, filename, __dirname);
  if (cachedData !== undefined) return;
  // Others may be reading it: it is there whole or not at all.
  const draft = `${cache}.${process.pid}`;
  writeFileSync(draft, script.createCachedData());
  renameSync(draft, cache);
};
