import { createHash } from "node:crypto";
import { PlaceAway } from "../memory/ports/archive.js";
import type { ArchivePlace, SegmentRef } from "../memory/ports/archive.js";
import { pathOf } from "./directory.js";

export interface BucketOptions {
  readonly bucket: string;
  /** Precedes each key; empty, or without slashes around it. */
  readonly prefix: string;
  /** The service's address; undefined: that of Amazon in the region. */
  readonly endpoint: string | undefined;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly timeoutMs: number;
}

/** Tried again after a failure that may pass. */
const TRIES = 3;

/** A bucket of any service that speaks S3, by its path (not by its host's name, which a local service doesn't have). */
export async function openBucket(options: BucketOptions): Promise<ArchivePlace> {
  // Loaded where it is used: a service without a bucket needn't have it.
  const { AwsClient } = await import("aws4fetch");
  const { bucket, prefix, region, timeoutMs } = options;
  const client = new AwsClient({
    accessKeyId: options.accessKeyId,
    secretAccessKey: options.secretAccessKey,
    service: "s3",
    region,
    // Tried again here, where it is bounded.
    retries: 0,
  });
  const origin = (options.endpoint ?? `https://s3.${region}.amazonaws.com`).replace(/\/+$/, "");
  const base = [origin, bucket, ...(prefix === "" ? [] : [prefix])].join("/");
  const addressOf = (ref: SegmentRef): string => `${base}/${pathOf(ref)}`;

  /** The answer, once it is neither 429 nor 5xx. Its body is read within the same time. */
  async function ask(
    method: "GET" | "PUT" | "DELETE",
    ref: SegmentRef,
    body?: Buffer,
    signal?: AbortSignal,
  ): Promise<{ readonly status: number; readonly bytes: Buffer }> {
    let failure: unknown;
    for (let attempt = 0; attempt < TRIES; attempt++) {
      const timeout = AbortSignal.timeout(timeoutMs);
      try {
        const response = await client.fetch(addressOf(ref), {
          method,
          signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
          ...(body === undefined ? {} : { body: new Uint8Array(body), headers: headersOf(body) }),
        });
        const bytes = Buffer.from(await response.arrayBuffer());
        if (response.status !== 429 && response.status < 500) return { status: response.status, bytes };
        failure = new Error(`status ${response.status}`);
      } catch (error) {
        failure = error;
        // Its reader has no more time.
        if (signal?.aborted === true) break;
      }
    }
    throw new PlaceAway(`The archive's bucket doesn't answer (${method}).`, { cause: failure });
  }

  return {
    name: `the bucket ${bucket}`,

    async put(ref, bytes) {
      const { status } = await ask("PUT", ref, bytes);
      if (status !== 200 && status !== 201) throw refused("PUT", status);
    },

    async get(ref, signal) {
      const { status, bytes } = await ask("GET", ref, undefined, signal);
      if (status === 200) return bytes;
      // Where the bucket itself is missing, so is everything: that says nothing of one segment.
      if (status === 404 && !bytes.includes("NoSuchBucket")) return undefined;
      throw refused("GET", status);
    },

    async remove(ref) {
      const { status, bytes } = await ask("DELETE", ref);
      const gone = status === 404 && !bytes.includes("NoSuchBucket");
      if (status !== 204 && status !== 200 && !gone) throw refused("DELETE", status);
    },
  };
}

/** The service refuses a body that was changed on its way. */
function headersOf(body: Buffer): Record<string, string> {
  return {
    "content-type": "application/octet-stream",
    "x-amz-content-sha256": createHash("sha256").update(body).digest("hex"),
  };
}

/** Without the answer's text: it may name what was asked for. */
function refused(method: string, status: number): PlaceAway {
  return new PlaceAway(`The archive's bucket refused a request (${method}: status ${status}).`);
}
