import type { SerializerProtocol } from "@langchain/langgraph-checkpoint";
import { elementId, isSplittable, worthSplitting } from "./lists.js";
import { listPayload, parsePayload, valuePayload } from "./payload.js";

/** A value as it goes to Redis. */
export interface Encoded {
  readonly payload: Buffer;
  /** Of a list that is stored by element; those that Redis has needn't be sent. */
  readonly elements: readonly Element[];
}

export interface Element {
  readonly id: string;
  /** Only called for an element that is sent. */
  payload(): Promise<Buffer>;
}

/** What a payload is made of, by the id of the element. */
export type ElementSource = (id: string) => Buffer;

export interface Codec {
  encode(value: unknown): Promise<Encoded>;
  /** For values that are never stored by element. */
  encodeWhole(value: unknown): Promise<Buffer>;
  decode(payload: Buffer, elements: ElementSource): Promise<unknown>;
}

export interface CodecOptions {
  readonly serde: SerializerProtocol;
  /** Whether lists may be stored by element, which asks of the serializer that an element is written the same alone. */
  readonly splitLists: boolean;
  /** Payloads of so many bytes are deflated. */
  readonly threshold: number;
}

export function createCodec({ serde, splitLists, threshold }: CodecOptions): Codec {
  const encodeWhole = async (value: unknown): Promise<Buffer> => {
    const [type, bytes] = await serde.dumpsTyped(value);
    return valuePayload(type, bytes, threshold);
  };

  const decode = async (payload: Buffer, elements: ElementSource): Promise<unknown> => {
    const parsed = await parsePayload(payload);
    if (parsed.kind === "value") return serde.loadsTyped(parsed.type, parsed.bytes);
    return Promise.all(parsed.ids.map((id) => decode(elements(id), elements)));
  };

  return {
    encodeWhole,
    decode,
    async encode(value) {
      if (splitLists && isSplittable(value)) {
        const parts = await Promise.all(
          value.map(async (element) => {
            const [type, bytes] = await serde.dumpsTyped(element);
            return { type, bytes };
          }),
        );
        if (worthSplitting(parts)) return split(parts, threshold);
      }
      return { payload: await encodeWhole(value), elements: [] };
    },
  };
}

function split(parts: readonly { type: string; bytes: Uint8Array }[], threshold: number): Encoded {
  const elements = parts.map(({ type, bytes }) => ({
    id: elementId(type, bytes),
    payload: () => valuePayload(type, bytes, threshold),
  }));
  return { payload: listPayload(elements.map(({ id }) => id)), elements };
}
