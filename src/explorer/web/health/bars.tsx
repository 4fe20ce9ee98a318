import { count } from "../base/format.js";

interface Bar {
  readonly label: string;
  readonly value: number;
  readonly title: string;
}

interface BarsProps {
  readonly bars: readonly Bar[];
  readonly label: string;
}

const [WIDTH, HEIGHT] = [600, 110];

/** Values in a row. What it shows is in its label too. */
export function Bars({ bars, label }: BarsProps) {
  const most = Math.max(0, ...bars.map(({ value }) => value));
  const step = WIDTH / Math.max(1, bars.length);
  return (
    <figure class="bars">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label} preserveAspectRatio="none">
        {bars.map(({ label: name, value, title }, index) => {
          const height = value === 0 ? 1 : Math.max(3, (HEIGHT - 4) * (value / most));
          return (
            <rect
              key={name}
              class={value === 0 ? "bar-empty" : "bar-full"}
              x={index * step + 1}
              y={HEIGHT - height}
              width={Math.max(1, step - 3)}
              height={height}
            >
              <title>{title}</title>
            </rect>
          );
        })}
      </svg>
      <figcaption>
        <span>{bars[0]?.label}</span>
        <span>{most === 0 ? "none on any day" : `at most ${count(most)} a day`}</span>
        <span>{bars.at(-1)?.label}</span>
      </figcaption>
    </figure>
  );
}
