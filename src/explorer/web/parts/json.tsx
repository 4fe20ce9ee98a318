import { pretty } from "../base/format.js";
import { CopyButton } from "./copy.js";

interface JsonProps {
  readonly value: unknown;
  readonly label: string;
}

/** A value as JSON. */
export function Json({ value, label }: JsonProps) {
  const text = pretty(value);
  return (
    <figure class="json">
      <figcaption>
        {label}
        <CopyButton text={text} />
      </figcaption>
      <pre tabIndex={0} aria-label={label}>
        {text}
      </pre>
    </figure>
  );
}
