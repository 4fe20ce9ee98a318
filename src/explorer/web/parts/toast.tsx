import { announcement } from "../base/announce.js";

/**
 * What just happened. What is outside an open dialog lies under it and is silent, so each dialog has a toast of its own,
 * and the page's is `quiet` meanwhile.
 */
export function Toast({ quiet = false }: { readonly quiet?: boolean }) {
  const text = quiet ? "" : announcement.value.text;
  return (
    <p class={text === "" ? "toast" : "toast shown"} role="status">
      {text}
    </p>
  );
}
