import { useEffect, useId, useRef, useState } from "preact/hooks";
import { localOf } from "../base/fields.js";
import { minute } from "../base/format.js";
import { param, setParams } from "../base/place.js";
import { DayChips } from "./day-chips.js";

const STEPS = 500;
const SETTLE_MS = 160;

interface TimeSliderProps {
  readonly name: "as_of" | "valid_at";
  readonly title: string;
  readonly explained: string;
  readonly from: number;
  readonly to: number;
  readonly now: number;
}

/**
 * One of the two times of a recall. The last step of the slider is now: the time is then left out of the address, and
 * the answer follows the clock.
 */
function TimeSlider({ name, title, explained, from, to, now }: TimeSliderProps) {
  const id = useId();
  const asked = param(name);
  const [moving, setMoving] = useState<number | undefined>(undefined);
  const timer = useRef(0);
  useEffect(() => () => clearTimeout(timer.current), []);
  const askedAt = asked === "" || Number.isNaN(Date.parse(asked)) ? now : Date.parse(asked);
  const at = moving ?? askedAt;
  const step = Math.round(((at - from) / Math.max(1, to - from)) * STEPS);
  const nowStep = Math.round(((now - from) / Math.max(1, to - from)) * STEPS);

  const commit = (time: number | undefined): void => {
    clearTimeout(timer.current);
    setMoving(undefined);
    setParams({ [name]: time === undefined ? undefined : new Date(time).toISOString() }, { replace: true });
  };
  const move = (value: number): void => {
    const time = value === nowStep ? undefined : from + ((to - from) * value) / STEPS;
    setMoving(time ?? now);
    clearTimeout(timer.current);
    timer.current = window.setTimeout(() => commit(time), SETTLE_MS);
  };
  const isNow = moving === undefined ? asked === "" : Math.abs(moving - now) < 1;

  return (
    <div class="slider">
      <label for={id}>{title}</label>
      <input
        id={id}
        type="range"
        min={0}
        max={STEPS}
        value={Math.min(STEPS, Math.max(0, step))}
        aria-valuetext={isNow ? "now" : minute(at)}
        aria-describedby={`${id}-hint`}
        onInput={(event) => move(Number(event.currentTarget.value))}
      />
      <div class="slider-foot">
        <input
          type="datetime-local"
          aria-label={`${title}, exactly`}
          step={1}
          value={localOf(at)}
          onChange={(event) => {
            const time = new Date(event.currentTarget.value).getTime();
            if (!Number.isNaN(time)) commit(time >= now && name === "as_of" ? undefined : time);
          }}
        />
        {isNow ? (
          <span class="faint">now</span>
        ) : (
          <button type="button" class="link" onClick={() => commit(undefined)}>
            Back to now
          </button>
        )}
      </div>
      {name === "as_of" && <DayChips now={now} since={from} at={askedAt} onChoose={commit} />}
      <p id={`${id}-hint`} class="hint">
        {explained}
      </p>
    </div>
  );
}

interface TimeTravelProps {
  /** When the first memory was recorded. */
  readonly recordedFrom: number;
  /** The ends of what the shown memories say of the world. */
  readonly validFrom: number;
  readonly validTo: number;
}

export function TimeTravel({ recordedFrom, validFrom, validTo }: TimeTravelProps) {
  const [now] = useState(() => Date.now());
  // A little before the first memory: there, nothing was known.
  const margin = Math.max(60_000, (now - recordedFrom) / 20);
  return (
    <div class="time-travel">
      <TimeSlider
        name="as_of"
        title="Known on"
        explained="What had been recorded by then, and wasn't superseded yet."
        from={recordedFrom - margin}
        to={now}
        now={now}
      />
      <TimeSlider
        name="valid_at"
        title="True on"
        explained="What held in the world at that time: a fact may have a start and an end."
        from={Math.min(validFrom, recordedFrom) - margin}
        to={Math.max(validTo, now) + (validTo > now ? margin : 0)}
        now={now}
      />
    </div>
  );
}
