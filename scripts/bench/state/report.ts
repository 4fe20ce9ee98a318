import { machineLine } from "../../harness/machine.js";
import type { Machine } from "../../harness/machine.js";
import { table } from "../../harness/table.js";
import type { Throughput } from "./load.js";

export interface Measured {
  readonly operation: "GET" | "PUT";
  readonly clients: number;
  /** The service, the bare handler, the raw command. */
  readonly lanes: readonly Throughput[];
}

export interface Aim {
  readonly aim: string;
  readonly measured: string;
  readonly met: boolean;
}

export interface Figures {
  readonly machine: Machine;
  readonly redis: string;
  /** Sent to Redis for one request. */
  readonly commands: { readonly get: number; readonly put: number };
  readonly measured: readonly Measured[];
  readonly aims: readonly Aim[];
}

/** Held against the bare handler under the most clients. */
export function judge(measured: readonly Measured[], commands: Figures["commands"]): Aim[] {
  const most = Math.max(...measured.map(({ clients }) => clients));
  const aims = measured
    .filter(({ clients }) => clients === most)
    .flatMap(({ operation, lanes: [service, bare] }): Aim[] => {
      if (service === undefined || bare === undefined) return [];
      const throughput = service.perSecond / bare.perSecond;
      const tail = service.latency.p99 / bare.latency.p99;
      return [
        {
          aim: `${operation}: at least 0.7 of the bare handler's throughput`,
          measured: `${throughput.toFixed(2)}×`,
          met: throughput >= 0.7,
        },
        {
          aim: `${operation}: p99 at most 2 × the bare handler's`,
          measured: `${tail.toFixed(2)}×`,
          met: tail <= 2,
        },
      ];
    });
  const { get, put } = commands;
  return [
    ...aims,
    { aim: "one command a request", measured: `GET ${get}, PUT ${put}`, met: get === 1 && put === 1 },
  ];
}

export function report({ machine, redis, measured, aims }: Figures): string {
  return [
    "## bench state",
    `${machineLine(machine, redis)}. Latency in ms; client: CPU time of the bench process for one request, ms.`,
    table(
      ["operation", "clients", "requests/s", "of bare", "p50", "p99", "p99 of bare", "client"],
      measured.flatMap(({ operation, clients, lanes }) =>
        lanes.map(({ name, perSecond, latency, clientCpu }) => [
          `${operation}, ${name}`,
          String(clients),
          perSecond.toFixed(0),
          (perSecond / (lanes[1]?.perSecond ?? Number.NaN)).toFixed(2),
          latency.p50.toFixed(3),
          latency.p99.toFixed(3),
          (latency.p99 / (lanes[1]?.latency.p99 ?? Number.NaN)).toFixed(2),
          clientCpu.toFixed(3),
        ]),
      ),
    ),
    table(
      ["aim", "measured", "met"],
      aims.map(({ aim, measured: value, met }) => [aim, value, met ? "yes" : "NO"]),
    ),
  ].join("\n\n");
}
