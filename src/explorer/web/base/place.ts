import { signal } from "@preact/signals";

/**
 * Where the person is: a view and its parameters. It stands after the # of the address, which a browser never sends:
 * no query and no name of a memory gets into a log or to another site.
 */
export interface Place {
  readonly view: string;
  readonly params: Readonly<Record<string, string>>;
}

export const place = signal<Place>(read());

addEventListener("hashchange", () => {
  place.value = read();
});

function read(): Place {
  const address = location.hash.replace(/^#\/?/, "");
  const [view = ""] = address.split("?", 1);
  // A question that a person typed into the address may hold a question mark of its own.
  const query = address.slice(view.length + 1);
  return { view: view === "" ? "ask" : view, params: Object.fromEntries(new URLSearchParams(query)) };
}

type Params = Readonly<Record<string, string | number | boolean | undefined>>;

/** The address of a view. What is empty is left out. */
export function addressOf(view: string, params: Params = {}): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    if (value !== undefined && value !== "" && value !== false) query.set(name, String(value));
  }
  const text = query.toString();
  return text === "" ? `#/${view}` : `#/${view}?${text}`;
}

/** The address of this view with other parameters. */
export function here(changed: Params): string {
  const { view, params } = place.value;
  return addressOf(view, { ...params, ...changed });
}

/** Changes parameters of this view. `replace`: the browser's way back doesn't stop here. */
export function setParams(changed: Params, { replace = false } = {}): void {
  const address = here(changed);
  if (address === location.hash) return;
  if (replace) {
    history.replaceState(null, "", address);
    place.value = read();
  } else {
    location.hash = address;
  }
}

export function param(name: string): string {
  return place.value.params[name] ?? "";
}
