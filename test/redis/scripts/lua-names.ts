const KEYWORDS = new Set(
  (
    "and break do else elseif end false for function if in local nil not or repeat return then true until while " +
    "KEYS ARGV redis cjson struct string table math tonumber tostring type ipairs pairs next select setmetatable unpack error"
  ).split(" "),
);

/** Lua without comments and the insides of strings. */
const bare = (lua: string): string =>
  lua
    .replace(/--\[\[.*?\]\]/gs, "")
    .replace(/'(?:\\.|[^'\\\n])*'|--[^\n]*/g, (found) => (found.startsWith("'") ? '""' : ""));

/** Names that a file declares: locals, functions, parameters and loop variables, wherever they stand in it. */
export function declaredIn(lua: string): Set<string> {
  const code = bare(lua);
  const lists = [
    ...code.matchAll(/\blocal (?!function\b)([\w, ]+)/g),
    ...code.matchAll(/\bfor ([\w, ]+?) (?:in\b|=)/g),
    ...code.matchAll(/\bfunction\s*\w*\(([\w, ]*)\)/g),
    ...code.matchAll(/\blocal function (\w+)/g),
  ];
  return new Set(lists.flatMap(([, names = ""]) => names.split(",").map((name) => name.trim())));
}

/** Names that a file uses as variables: neither fields nor the keys of a table. */
export function usedIn(lua: string): Set<string> {
  const code = bare(lua);
  const used = new Set<string>();
  for (const { 0: name, index } of code.matchAll(/(?<![\w.:])[A-Za-z_]\w*/g)) {
    const before = code.slice(0, index).trimEnd();
    const isTableKey = /[{,]$/.test(before) && /^\s*=(?!=)/.test(code.slice(index + name.length));
    if (!KEYWORDS.has(name) && !isTableKey) used.add(name);
  }
  return used;
}
