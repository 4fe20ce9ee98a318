import { ago, minute } from "../base/format.js";

interface WhenProps {
  readonly time: string | null | undefined;
  /** What null means. */
  readonly none?: string;
  readonly exact?: boolean;
}

/** A time, as far from now; its exact value on hover and for those who hear it. */
export function When({ time, none = "never", exact = false }: WhenProps) {
  if (time === null || time === undefined) return <span class="faint">{none}</span>;
  return (
    <time dateTime={time} title={time}>
      {exact ? minute(time) : ago(time)}
    </time>
  );
}
