import { useRef, useState } from "preact/hooks";
import { compact } from "./base/format.js";
import { choose, moreNamespaces, namespaces, scope } from "./base/namespaces.js";

/** Which memories are looked at: a namespace, or a pattern of several. */
export function NamespaceMenu() {
  const menu = useRef<HTMLDivElement>(null);
  const [typed, setTyped] = useState("");
  const known = namespaces.value ?? [];
  const current = scope();
  const wanted = typed.trim().toLowerCase();
  const pick = (name: string): void => {
    choose(name);
    setTyped("");
    menu.current?.hidePopover();
  };
  const options = optionsOf(known).filter(({ name }) => name.toLowerCase().includes(wanted));
  return (
    <div class="namespace">
      <button type="button" class="namespace-button" popovertarget="namespaces">
        <span class="hidden">Namespace </span>
        <span class="namespace-name">{current === "**" ? "All namespaces" : current}</span>
        <span aria-hidden="true">▾</span>
      </button>
      <div id="namespaces" ref={menu} popover="auto" class="namespace-menu">
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (wanted !== "") pick(typed.trim());
          }}
        >
          <label class="hidden" for="namespace-filter">
            Namespace or pattern
          </label>
          <input
            id="namespace-filter"
            type="text"
            placeholder="acme.support or acme.**"
            autocomplete="off"
            spellcheck={false}
            value={typed}
            onInput={(event) => setTyped(event.currentTarget.value)}
          />
        </form>
        <ul>
          {wanted === "" && (
            <li>
              <button type="button" onClick={() => pick("**")} aria-pressed={current === "**"}>
                <span>All namespaces</span>
                <span class="faint">**</span>
              </button>
            </li>
          )}
          {options.slice(0, 100).map(({ name, memories }) => (
            <li key={name}>
              <button type="button" onClick={() => pick(name)} aria-pressed={current === name}>
                <span>{name}</span>
                <span class="faint">{compact(memories)}</span>
              </button>
            </li>
          ))}
        </ul>
        <p class="hint">
          {moreNamespaces.value ? "Not all are listed. " : ""}Press Enter to use what you typed.
        </p>
      </div>
    </div>
  );
}

interface Option {
  readonly name: string;
  readonly memories: number;
}

/** The namespaces, and a pattern for each first label that several share. */
function optionsOf(
  known: readonly { readonly namespace: string; readonly memories: number }[],
): readonly Option[] {
  const roots = Map.groupBy(known, ({ namespace }) => namespace.split(".", 1)[0] ?? namespace);
  const patterns = [...roots]
    .filter(([, members]) => members.length > 1)
    .map(([root, members]) => ({
      name: `${root}.**`,
      memories: members.reduce((sum, { memories }) => sum + memories, 0),
    }));
  return [...patterns, ...known.map(({ namespace, memories }) => ({ name: namespace, memories }))];
}
