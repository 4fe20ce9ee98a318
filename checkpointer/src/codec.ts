import type { SerializerProtocol } from "@langchain/langgraph-checkpoint";
import { ELEMENT_TYPE, elementId, isSplittable, worthSplitting } from "./lists.js";
import { bodyOf, elementIdsOf, listPayload, typeOf, valuePayload } from "./payload.js";

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
  /**
   * Whether it is LangGraph's own, of which we know more than that it is a serializer: it writes an element of a list
   * the same alone, so that lists can be stored by element, and it reads JSON from a string too, which is faster.
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

  const decode = (payload: Buffer, elements: ElementSource): Promise<unknown> => {
    const ids = elementIdsOf(payload);
    if (ids !== undefined) return Promise.all(ids.map((id) => decode(elements(id), elements)));
    const type = typeOf(payload);
    const body = bodyOf(payload);
    return body instanceof Promise ? body.then((inflated) => load(type, inflated)) : load(type, body);
  };

  return {
    encodeWhole,
    decode,
    async encode(value) {
      if (isLangGraphs && isSplittable(value)) {
        const parts = await Promise.all(value.map((element) => serde.dumpsTyped(element)));
        if (worthSplitting(parts)) return split(parts, threshold);
      }
      return { payload: await encodeWhole(value), elements: [] };
    },
  };
}

function split(parts: readonly (readonly [type: string, bytes: Uint8Array])[], threshold: number): Encoded {
  const elements = parts.map(([, bytes]) => ({
    id: elementId(bytes),
    payload: () => valuePayload(ELEMENT_TYPE, bytes, threshold),
  }));
  return { payload: listPayload(elements.map(({ id }) => id)), elements };
}
