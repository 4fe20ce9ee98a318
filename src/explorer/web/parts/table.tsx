import type { ComponentChildren } from "preact";

type Column = string | { readonly number: string };

interface TableProps {
  /** What the rows are, for those who don't see them. */
  readonly label: string;
  /** Heads of the columns, in order; `number`: of a column of figures. */
  readonly columns: readonly Column[];
  /** Rows that are cards where the page is narrow. */
  readonly cards?: boolean;
  /** The rows. */
  readonly children: ComponentChildren;
}

/** A table that scrolls in itself where the page is too narrow for it, also by keyboard. */
export function Table({ label, columns, cards = false, children }: TableProps) {
  return (
    <div class="table-scroll" tabIndex={0} role="region" aria-label={label}>
      <table {...(cards ? { class: "list" } : {})}>
        <thead>
          <tr>
            {columns.map((column, index) => (
              <th key={index} scope="col" {...(typeof column === "string" ? {} : { class: "number" })}>
                {typeof column === "string" ? column : column.number}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}
