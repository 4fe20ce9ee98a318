import { table } from "../../harness/table.js";
import type { Latency } from "../../harness/latencies.js";
import type { RunningService } from "../../harness/service.js";
import { connectHttp, httpRequest } from "../measure/http-client.js";
import { interleave } from "../measure/interleave.js";

/** How many messages the sessions hold that are held against each other. */
const SIZES = [10, 5_000] as const;
const NAMESPACE = "bench";
/** Of one request that fills. */
const TOGETHER = 100;
const READ = 20;

export interface SessionFigures {
  readonly operations: readonly {
    readonly operation: string;
    readonly small: Latency;
    readonly large: Latency;
    readonly ratio: number;
    readonly aim: number | undefined;
  }[];
}

/** About 200 bytes, unlike the others. */
const message = (index: number): object => ({
  role: index % 2 === 0 ? "user" : "assistant",
  content: `Message ${index}: the customer CX-${7000 + index}-B asked about order ORD-${100_000 + index}, which left the warehouse in Bremen and should arrive before Friday.`,
});

const path = (size: number): string => `/v1/namespaces/${NAMESPACE}/sessions/of-${size}`;

/** Append, the last 20 messages and the context of a session of 10 and of one of 5,000, turn by turn. */
export async function benchSessions(
  service: RunningService,
  samples: number,
  note: (line: string) => void,
): Promise<SessionFigures> {
  const http = await connectHttp(service.url);
  // Nothing leaves these sessions: it is their length that is measured.
  const settings = { session: { window_messages: 100_000, window_tokens: 1_000_000 } };
  await http.send(httpRequest("PUT", `/v1/namespaces/${NAMESPACE}/settings`, settings));
  const fill = async (size: number): Promise<void> => {
    for (let from = 0; from < size; from += TOGETHER) {
      const length = Math.min(TOGETHER, size - from);
      const messages = Array.from({ length }, (_, index) => message(from + index));
      await http.send(httpRequest("POST", `${path(size)}/messages`, { messages }));
    }
  };
  for (const size of SIZES) {
    note(`filling a session with ${size} messages`);
    await fill(size);
  }
  const measure = async (make: (size: number, index: number) => Buffer, count: number) => {
    const [small, large] = await interleave(
      SIZES.map((size) => ({ run: (index: number) => http.send(make(size, index)) })),
      { samples: count, warmUp: Math.ceil(count / 10) },
    );
    if (small === undefined || large === undefined) throw new Error("two lanes make two summaries");
    return { small, large, ratio: large.p50 / small.p50 };
  };
  note("measuring reads and contexts");
  const read = await measure((size) => httpRequest("GET", `${path(size)}/messages?limit=${READ}`), samples);
  const context = await measure(
    (size) => httpRequest("GET", `${path(size)}/context?query=order&token_budget=4000`),
    Math.ceil(samples / 4),
  );
  note("measuring appends");
  // Few, compared with the sizes: the small session must stay small.
  const append = await measureAppends(http, samples, fill);
  http.close();
  return {
    operations: [
      { operation: "append one message", ...append, aim: 1.2 },
      { operation: `read the last ${READ}`, ...read, aim: 1.5 },
      { operation: "context of 4,000 tokens", ...context, aim: undefined },
    ],
  };
}

/** The small session starts again before it has doubled. */
async function measureAppends(
  http: Awaited<ReturnType<typeof connectHttp>>,
  samples: number,
  fill: (size: number) => Promise<void>,
) {
  const rounds = Math.ceil(samples / 10);
  const one = (size: number, index: number): Buffer =>
    httpRequest("POST", `${path(size)}/messages`, { messages: [message(index)] });
  const times = { small: [] as number[], large: [] as number[] };
  const time = async (into: number[], request: Buffer): Promise<void> => {
    const start = performance.now();
    await http.send(request);
    into.push(performance.now() - start);
  };
  const [small, large] = SIZES;
  for (let round = 0; round < rounds; round++) {
    await http.send(httpRequest("DELETE", path(small)));
    await fill(small);
    for (let index = 0; index < 10; index++) {
      const turns = [() => time(times.small, one(small, index)), () => time(times.large, one(large, index))];
      for (const turn of index % 2 === 0 ? turns : turns.toReversed()) await turn();
    }
  }
  const [summarySmall, summaryLarge] = [summary(times.small), summary(times.large)];
  return { small: summarySmall, large: summaryLarge, ratio: summaryLarge.p50 / summarySmall.p50 };
}

function summary(times: readonly number[]): Latency {
  const ascending = times.toSorted((a, b) => a - b);
  const at = (share: number): number => ascending[Math.floor(ascending.length * share)] ?? 0;
  return { samples: ascending.length, p50: at(0.5), p99: at(0.99), p999: at(0.999) };
}

export function reportSessions({ operations }: SessionFigures): string {
  const [small, large] = SIZES.map((size) => size.toLocaleString("en"));
  return table(
    [
      "session",
      `p50 at ${small}`,
      `p99 at ${small}`,
      `p50 at ${large}`,
      `p99 at ${large}`,
      "ratio",
      "aim",
      "met",
    ],
    operations.map(({ operation, small: one, large: other, ratio, aim }) => [
      operation,
      one.p50.toFixed(3),
      one.p99.toFixed(3),
      other.p50.toFixed(3),
      other.p99.toFixed(3),
      `${ratio.toFixed(2)}×`,
      aim === undefined ? "" : `≤ ${aim}×`,
      aim === undefined ? "" : ratio <= aim ? "yes" : "NO",
    ]),
  );
}
