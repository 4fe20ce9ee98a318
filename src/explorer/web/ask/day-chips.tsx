import { longDay, weekday } from "../base/format.js";

const DAYS = 7;

interface DayChipsProps {
  readonly now: number;
  /** Days that ended before then aren't offered. */
  readonly since: number;
  /** The time that is asked for. */
  readonly at: number;
  readonly onChoose: (time: number) => void;
}

/** The days before today by their weekdays, newest first: each chooses its end. */
export function DayChips({ now, since, at, onChoose }: DayChipsProps) {
  const ends = Array.from({ length: DAYS }, (_, index) => endOfDay(now, index + 1)).filter(
    (end) => end >= since,
  );
  if (ends.length === 0) return null;
  return (
    <p class="days">
      <span class="hint" aria-hidden="true">
        End of
      </span>
      {ends.map((end) => (
        <button
          key={end}
          type="button"
          class="day"
          aria-pressed={end === at}
          title={`At the end of ${longDay(end)}`}
          onClick={() => onChoose(end)}
        >
          <span class="hidden">End of </span>
          {weekday(end)}
        </button>
      ))}
    </p>
  );
}

/** The last second of the day that lies so many days before, by the clock of this browser. */
function endOfDay(now: number, daysBefore: number): number {
  const day = new Date(now);
  day.setDate(day.getDate() - daysBefore);
  return day.setHours(23, 59, 59, 0);
}
