/**
 * Begins to count: gives the milliseconds of processor time that this process has spent since. Others on the machine
 * don't count, so it compares durations where a clock would compare loads.
 */
export function countCpu(): () => number {
  const before = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  };
}
