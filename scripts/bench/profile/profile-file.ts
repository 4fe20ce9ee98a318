import { tmpdir } from "node:os";
import { join } from "node:path";

/** Where a service with the agent writes its profile. */
export const profileOf = (pid: number): string => join(tmpdir(), `mneme-profile-${pid}.cpuprofile`);
