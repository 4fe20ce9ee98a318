import type { SerializerProtocol } from "@langchain/langgraph-checkpoint";
import { assertLossless, naming, notStored } from "./lossless.js";
import { SEGMENT_TYPE, isSplittable, segmentId, segmentsOf, worthSplitting } from "./lists.js";
import { bodyOf, segmentIdsOf, listPayload, typeOf, valuePayload } from "./payload.js";

/** A value as it goes to Redis. */
export interface Encoded {
  readonly payload: Buffer;
  /** Segments of a list; those that Redis has needn't be sent. */
  readonly segments: readonly Segment[];
}

export interface Segment {
  readonly id: string;
  /** Only called for a segment that is sent. */
  payload(): Promise<Buffer>;
}

/** The part of a payload with this segment id. */
export type SegmentSource = (id: string) => Buffer;

/** Both reject, naming `what`, a value that wouldn't come back. */
export interface Codec {
  encode(what: string, value: unknown): Promise<Encoded>;
  /** For values that are never stored in segments. */
  encodeWhole(what: string, value: unknown): Promise<Buffer>;
  decode(payload: Buffer, segments: SegmentSource): Promise<unknown>;
}

export interface CodecOptions {
  readonly serde: SerializerProtocol;
  /**
   * Whether it is LangGraph's own serializer. That one writes a part of a list as it writes it inside the whole, so
   * that lists can be stored in segments, and it reads JSON from a string too.
   */
  readonly isLangGraphs: boolean;
  /** It writes a sentence, or leaves something out, where JSON has no form for a value: we look for such values first. */
  readonly isLossy: boolean;
  /** Payloads of at least this many bytes are deflated. */
  readonly threshold: number;
}

export function createCodec({ serde, isLangGraphs, isLossy, threshold }: CodecOptions): Codec {
  const check = (what: string, value: unknown): void => {
    if (isLossy) assertLossless(what, value, "langgraph");
  };

  const dump = async (what: string, value: unknown): Promise<readonly [string, Uint8Array]> => {
    const [type, bytes] = await naming(what, () => serde.dumpsTyped(value));
    if (isLossy && isApology(bytes)) throw notStored(what, "the serializer can't write it.");
    return [type, bytes];
  };

  const dumpWhole = async (what: string, value: unknown): Promise<Buffer> => {
    const [type, bytes] = await dump(what, value);
    return valuePayload(type, bytes, threshold);
  };

  const load = (type: string, body: Buffer): Promise<unknown> =>
    // Otherwise a copy: a serializer may return the bytes themselves, which here are a part of a network buffer.
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
    decode,
    async encodeWhole(what, value) {
      check(what, value);
      return dumpWhole(what, value);
    },
    async encode(what, value) {
      check(what, value);
      if (isLangGraphs && isSplittable(value)) {
        const parts = await Promise.all(segmentsOf(value).map((segment) => dump(what, segment)));
        if (worthSplitting(parts)) return split(parts, threshold);
      }
      return { payload: await dumpWhole(what, value), segments: [] };
    },
  };
}

/** LangGraph's serializer writes this in place of a value for which JSON.stringify throws. */
const APOLOGY = Buffer.from('"[unable to serialize, circular reference is too complex to analyze]"');

const isApology = (bytes: Uint8Array): boolean => bytes.length === APOLOGY.length && APOLOGY.equals(bytes);

function split(parts: readonly (readonly [type: string, bytes: Uint8Array])[], threshold: number): Encoded {
  const segments = parts.map(([, bytes]) => ({
    id: segmentId(bytes),
    payload: () => valuePayload(SEGMENT_TYPE, bytes, threshold),
  }));
  return { payload: listPayload(segments.map(({ id }) => id)), segments };
}
