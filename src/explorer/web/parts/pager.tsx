import { here, param } from "../base/place.js";

/** Links to the first and to the next page of a list, whose place is in the address. */
export function Pager({ next }: { readonly next: string | null }) {
  return (
    <nav class="pager" aria-label="Pages">
      {param("cursor") !== "" && <a href={here({ cursor: undefined })}>First page</a>}
      {next !== null && (
        <a class="button" href={here({ cursor: next })}>
          Next page
        </a>
      )}
    </nav>
  );
}
