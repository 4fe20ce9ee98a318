import { monotonicFactory } from "ulid";

/** ULIDs that ascend within this process, also within one millisecond. */
export function createIds(): (now: number) => string {
  const ulid = monotonicFactory();
  return (now) => ulid(now);
}
