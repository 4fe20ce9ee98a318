import type { SerializerProtocol } from "@langchain/langgraph-checkpoint";
import { SEGMENT_TYPE, isSplittable, segmentId, segmentsOf, worthSplitting } from "./lists.js";
import { bodyOf, segmentIdsOf, listPayload, typeOf, valuePayload } from "./payload.js";

/** A value as it goes to Redis. */
export interface Encoded {
  readonly payload: Buffer;
  /** Of a list that is stored in segments; those that Redis has needn't be sent. */
  readonly segments: readonly Segment[];
}

export interface Segment {
  readonly id: string;
  /** Only called for a segment that is sent. */
  payload(): Promise<Buffer>;
}

/** What a payload is made of, by the id of the segment. */
export type SegmentSource = (id: string) => Buffer;

export interface Codec {
  encode(value: unknown): Promise<Encoded>;
  /** For values that are never stored in segments. */
  encodeWhole(value: unknown): Promise<Buffer>;
  decode(payload: Buffer, segments: SegmentSource): Promise<unknown>;
}

export interface CodecOptions {
  readonly serde: SerializerProtocol;
  /**
   * Whether it is LangGraph's own, of which we know more than that it is a serializer: it writes a part of a list as it
   * writes it inside the whole, so that lists can be stored in segments, and it reads JSON from a string too.
   */
  readonly isLangGraphs: boolean;
  /** Payloads of so many bytes are deflated. */
  readonly threshold: number;
}

export function createCodec({ serde, isLangGraphs, threshold }: CodecOptions): Codec {
  const encodeWhole = async (value: unknown): Promise<Buffer> => {
    const [type, bytes] = await serde.dumpsTyped(value);
    return valuePayload(type, bytes, threshold);
  };

  const load = (type: string, body: Buffer): Promise<unknown> =>
    // Else a copy: a serializer may hand out the bytes themselves, which here are a part of a network buffer.
    serde.loadsTyped(type, isLangGraphs && type === "json" ? body.toString() : new Uint8Array(body));

  const decode = (payload: Buffer, segments: SegmentSource): Promise<unknown> => {
    const ids = segmentIdsOf(payload);
    if (ids !== undefined) {
      return Promise.all(ids.map((id) => decode(segments(id), segments))).then((parts) => parts.flat());
    }
    const type = typeOf(payload);
    const body = bodyOf(payload);
    return body instanceof Promise ? body.then((inflated) => load(type, inflated)) : load(type, body);
  };

  return {
    encodeWhole,
    decode,
    async encode(value) {
      if (isLangGraphs && isSplittable(value)) {
        const parts = await Promise.all(segmentsOf(value).map((segment) => serde.dumpsTyped(segment)));
        if (worthSplitting(parts)) return split(parts, threshold);
      }
      return { payload: await encodeWhole(value), segments: [] };
    },
  };
}

function split(parts: readonly (readonly [type: string, bytes: Uint8Array])[], threshold: number): Encoded {
  const segments = parts.map(([, bytes]) => ({
    id: segmentId(bytes),
    payload: () => valuePayload(SEGMENT_TYPE, bytes, threshold),
  }));
  return { payload: listPayload(segments.map(({ id }) => id)), segments };
}
