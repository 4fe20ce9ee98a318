/**
 * A body made of parts as they are asked for: a slow reader holds up what makes them, and one that has gone ends it.
 * Parts are joined to about `chunkBytes`, so that small ones don't cost a write each.
 */
export function streamOf(parts: AsyncIterable<string>, chunkBytes = 64 * 1024): ReadableStream<Uint8Array> {
  const iterator = parts[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        let chunk = "";
        while (chunk.length < chunkBytes) {
          const { done, value } = await iterator.next();
          if (done === true) {
            if (chunk !== "") controller.enqueue(Buffer.from(chunk));
            controller.close();
            return;
          }
          chunk += value;
        }
        controller.enqueue(Buffer.from(chunk));
      },
      async cancel() {
        await iterator.return?.();
      },
    },
    { highWaterMark: 0 },
  );
}
