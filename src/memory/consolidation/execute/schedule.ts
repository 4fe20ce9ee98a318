import { Cron } from "croner";

/** When a schedule's time comes next. */
export interface Schedule {
  /** A cron pattern of five fields, or six with seconds in front. */
  readonly schedule: string;
  /** An IANA name. */
  readonly time_zone: string;
}

/**
 * The next time after a moment, milliseconds since the epoch; undefined: never. Throws if pattern or time zone are
 * invalid.
 */
export function nextTime({ schedule, time_zone }: Schedule, after: number): number | undefined {
  // Paused: it only reckons, and starts no timer.
  const cron = new Cron(schedule, { timezone: time_zone, paused: true });
  return cron.nextRun(new Date(after))?.getTime();
}

/** More than a pattern has: seconds in front and a year behind; and what else croner takes, "@daily" or a date. */
const FIELDS = /^\s*\S+(?:\s+\S+){4,5}\s*$/;

export type ScheduleProblem = "schedule" | "never" | "time_zone";

/** The problem of a schedule; undefined: it is valid. `never`: its time doesn't come. */
export function problemOf(schedule: Schedule, now: number): ScheduleProblem | undefined {
  if (!FIELDS.test(schedule.schedule)) return "schedule";
  try {
    if (nextTime({ ...schedule, time_zone: "UTC" }, now) === undefined) return "never";
  } catch {
    return "schedule";
  }
  try {
    nextTime(schedule, now);
  } catch {
    return "time_zone";
  }
  return undefined;
}
