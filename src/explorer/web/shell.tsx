import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { moreNamespaces, namespaces, rememberScope, scope } from "./base/namespaces.js";
import { addressOf, place } from "./base/place.js";
import { useQuery } from "./base/query.js";
import { apiKey, errorOf, keyRefused, service } from "./base/service.js";
import type { Schemas } from "./base/service.js";
import { THEMES, theme } from "./base/theme.js";
import { KeyDialog } from "./key-dialog.js";
import { NamespaceMenu } from "./namespace-menu.js";
import { Boundary } from "./parts/boundary.js";
import { Failure, Loading } from "./parts/notice.js";
import { Toast } from "./parts/toast.js";
import { VIEWS } from "./views.js";

/** Loaded when the first memory is opened. */
const loadDrawer = async (): Promise<ComponentType> =>
  (await import("./memory/memory-drawer.js")).MemoryDrawer;

export function Shell() {
  const client = service.value;
  const { view, params } = place.value;
  const at = addressOf(view, params);
  rememberScope();
  const caller = useQuery("caller", (signal) => client.get("/v1/whoami", { signal }));
  const listed = useQuery("namespaces", (signal) =>
    client.get("/v1/namespaces", { query: { limit: 200 }, signal }),
  );
  useEffect(() => {
    // What one key may see is nothing for the next.
    namespaces.value = undefined;
    moreNamespaces.value = false;
  }, [client]);
  useEffect(() => {
    if (listed.data === undefined) return;
    namespaces.value = listed.data.namespaces;
    moreNamespaces.value = listed.data.cursor !== null;
  }, [listed.data]);
  useEffect(() => {
    const title = VIEWS.find(({ name }) => name === view)?.title ?? "Not found";
    document.title = `${title} · mneme explorer`;
  }, [view]);
  const opened = params["m"] !== undefined && params["in"] !== undefined;
  return (
    <>
      <a class="skip" href="#content" onClick={skip}>
        Skip to content
      </a>
      <Menu caller={caller.data} />
      <main id="content" tabIndex={-1}>
        {caller.error?.status === 401 && !keyRefused.value ? (
          <Failure error={caller.error} retry={caller.retry} />
        ) : (
          <Boundary at={at}>
            <CurrentView key={view} name={view} />
          </Boundary>
        )}
      </main>
      {opened && (
        <Boundary key="drawer" at={at}>
          <Lazy load={loadDrawer} />
        </Boundary>
      )}
      {keyRefused.value && <KeyDialog />}
      <Toast quiet={opened || keyRefused.value} />
    </>
  );
}

/** A link would take the place of the view in the address. */
function skip(event: Event): void {
  event.preventDefault();
  document.querySelector<HTMLElement>("#content")?.focus();
}

function CurrentView({ name }: { readonly name: string }) {
  const view = VIEWS.find((candidate) => candidate.name === name);
  if (view === undefined) {
    return (
      <div class="empty">
        <h1 class="empty-title">There is no such view</h1>
        <p>
          <a href={addressOf("ask")}>Ask</a> is where to begin.
        </p>
      </div>
    );
  }
  return <Lazy load={view.load} />;
}

function Lazy({ load }: { readonly load: () => Promise<ComponentType> }) {
  const [part, set] = useState<{ readonly Loaded?: ComponentType; readonly error?: unknown }>({});
  const get = (): void => {
    load().then(
      (Loaded) => set({ Loaded }),
      (error: unknown) => set({ error }),
    );
  };
  useEffect(get, [load]);
  if (part.error !== undefined) return <Failure error={errorOf(part.error)} retry={get} />;
  return part.Loaded === undefined ? <Loading rows={8} /> : <part.Loaded />;
}

function Menu({ caller }: { readonly caller: Schemas["Caller"] | undefined }) {
  const { view } = place.value;
  const [open, setOpen] = useState(false);
  useEffect(() => setOpen(false), [view]);
  return (
    <header class={open ? "side open" : "side"}>
      <div class="brand-row">
        <a class="brand" href={addressOf("ask", { ns: scope() })}>
          <svg viewBox="0 0 32 32" width="26" height="26" aria-hidden="true">
            <path d="M6 23V12.500a4 4 0 0 1 8 0V23m0-10.500a4 4 0 0 1 8 0V20a3.500 3.500 0 0 0 4 3.500" />
          </svg>
          mneme
        </a>
        <button
          type="button"
          class="button quiet menu-button"
          aria-expanded={open}
          aria-controls="menu"
          onClick={() => setOpen(!open)}
        >
          Menu
        </button>
      </div>
      <NamespaceMenu />
      <div id="menu" class="menu">
        <nav aria-label="Views">
          {VIEWS.map(({ name, title }) => (
            <a
              key={name}
              href={addressOf(name, { ns: scope() })}
              {...(name === view ? { "aria-current": "page" as const } : {})}
            >
              {title}
            </a>
          ))}
        </nav>
        <div class="side-foot">
          <button type="button" class="button quiet key-button" onClick={() => (keyRefused.value = true)}>
            {apiKey.value === "" ? "Use an API key" : `Key of ${caller?.agent ?? "…"}`}
          </button>
          <fieldset class="themes">
            <legend class="hidden">Colours</legend>
            {THEMES.map((name) => (
              <label key={name}>
                <input
                  type="radio"
                  name="theme"
                  checked={theme.value === name}
                  onChange={() => {
                    theme.value = name;
                  }}
                />
                <span>{name}</span>
              </label>
            ))}
          </fieldset>
          <p>
            <a href="/docs">API reference</a>
          </p>
        </div>
      </div>
    </header>
  );
}
