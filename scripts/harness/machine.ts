import { cpus, loadavg, totalmem } from "node:os";

/** What a figure depends on besides the code. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memory_gb: number;
  readonly node: string;
  /** Over the last minute, when asked. */
  readonly load: number;
}

export function describeMachine(): Machine {
  const processors = cpus();
  return {
    cpu: processors[0]?.model.trim() ?? "unknown",
    cores: processors.length,
    memory_gb: Math.round(totalmem() / 1024 ** 3),
    node: process.version,
    load: Math.round((loadavg()[0] ?? 0) * 100) / 100,
  };
}

export function machineLine({ cpu, cores, memory_gb, node, load }: Machine, redis: string): string {
  return `${cpu}, ${cores} cores, ${memory_gb} GB; Node ${node}; Redis ${redis}; load average ${load}`;
}
