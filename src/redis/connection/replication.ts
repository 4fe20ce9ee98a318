import { infoField } from "./product.js";

export interface ReplicaAddress {
  readonly host: string;
  readonly port: number;
}

export interface Replication {
  /** How much the primary has written to its replication stream. */
  readonly offset: number;
  /** Those that receive the stream; none if the server is no primary. */
  readonly replicas: readonly ReplicaAddress[];
}

/** Reads a primary's `INFO replication`. */
export function readReplication(info: string): Replication {
  const replicas: ReplicaAddress[] = [];
  // Such as `slave0:ip=10.0.0.2,port=6379,state=online,offset=42,lag=0`; an IPv6 address has colons.
  for (const [, host, port] of info.matchAll(/^slave\d+:ip=([^,\r\n]+),port=(\d+),state=online\b/gm)) {
    if (host !== undefined) replicas.push({ host, port: Number(port) });
  }
  return {
    offset: Number(infoField(info, "master_repl_offset")),
    replicas: infoField(info, "role") === "master" ? replicas : [],
  };
}
