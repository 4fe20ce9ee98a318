import { count, decimal } from "../base/format.js";
import { addressOf, here, param, setParams } from "../base/place.js";
import { useRequest } from "../base/request.js";
import { service } from "../base/service.js";
import type { Schemas } from "../base/service.js";
import { Field } from "../parts/controls.js";
import { Json } from "../parts/json.js";
import { Failure, Loading } from "../parts/notice.js";
import { MemoryText } from "../parts/text.js";
import { textOf } from "./message.js";

type ContextAnswer = Schemas["SessionContext"];

const BUDGET = 1_000;

/** What a model would get for the next turn, within a budget, and where each piece comes from. */
export function Context({ ns, sid }: { readonly ns: string; readonly sid: string }) {
  const budget = Number(param("budget")) || BUDGET;
  const question = param("question");
  return (
    <>
      <div class="grid narrow">
        <Field
          label="Question"
          value={question}
          placeholder="the last message of the user"
          onChange={(value) => setParams({ question: value }, { replace: true })}
        />
        <Field
          label="Budget in tokens"
          type="number"
          min={1}
          max={200_000}
          value={String(budget)}
          onChange={(value) => setParams({ budget: value }, { replace: true })}
        />
      </div>
      <Asked key={`${budget} ${question}`} ns={ns} sid={sid} budget={budget} question={question} />
    </>
  );
}

interface AskedProps {
  readonly ns: string;
  readonly sid: string;
  readonly budget: number;
  readonly question: string;
}

function Asked({ ns, sid, budget, question }: AskedProps) {
  const path = { ns, sid };
  const { busy, data, error, ask } = useRequest(async (signal) => {
    const context = await service.value.get("/v1/namespaces/{ns}/sessions/{sid}/context", {
      path,
      query: {
        token_budget: budget,
        touch: "false",
        receipt: "false",
        ...(question === "" ? {} : { query: question }),
      },
      signal,
    });
    return { context, ofMessages: await tokensOf(path, context.range, signal) };
  });
  return (
    <>
      <button type="button" class="button primary" disabled={busy} onClick={ask}>
        Build the context
      </button>
      <p class="hint">
        This is what an agent would get. It prolongs the life of the session; the memories in it don’t count
        as used, and no receipt is kept.
      </p>
      {error !== undefined && <Failure error={error} />}
      {busy && <Loading rows={5} />}
      {data !== undefined && <Shown context={data.context} ofMessages={data.ofMessages} />}
    </>
  );
}

const PAGE = 100;

/** The tokens of the messages that are in the context. */
async function tokensOf(
  path: { readonly ns: string; readonly sid: string },
  range: ContextAnswer["range"],
  signal: AbortSignal,
): Promise<number> {
  if (range === null) return 0;
  let sum = 0;
  let before = range.to + 1;
  while (before > range.from) {
    const { messages } = await service.value.get("/v1/namespaces/{ns}/sessions/{sid}/messages", {
      path,
      query: { limit: PAGE, before },
      signal,
    });
    for (const { number, tokens } of messages) if (number >= range.from) sum += tokens;
    before = messages[0]?.number ?? 0;
  }
  return sum;
}

interface ShownProps {
  readonly context: ContextAnswer;
  /** Tokens of the session's messages in it. */
  readonly ofMessages: number;
}

function Shown({ context, ofMessages }: ShownProps) {
  const { range } = context;
  const remembered = Math.max(0, context.tokens - ofMessages);
  const share = (size: number): string => `${(100 * size) / Math.max(context.token_budget, context.tokens)}%`;
  return (
    <>
      <div class="budget">
        <div class="score-bar" aria-hidden="true">
          <span class="part part-words" style={{ width: share(remembered) }} />
          <span class="part part-meaning" style={{ width: share(ofMessages) }} />
        </div>
        <ul class="score-parts">
          <li>
            <span class="dot part-words" aria-hidden="true" />
            remembered <b>{count(remembered)}</b>
          </li>
          <li>
            <span class="dot part-meaning" aria-hidden="true" />
            messages{range === null ? "" : ` ${range.from} to ${range.to}`} <b>{count(ofMessages)}</b>
          </li>
          <li class="score-sum">
            <b>{count(context.tokens)}</b> of {count(context.token_budget)} tokens
          </li>
        </ul>
      </div>
      <Pieces pieces={context.pieces} receipts={context.receipt_ids} />
      <ol class="messages">
        {context.messages.map((message, index) => (
          <li key={index} class={`message message-${message.role}`}>
            <p class="meta">
              <b>{message.name ?? message.role}</b>
            </p>
            <MemoryText text={textOf(message.content)} whole />
          </li>
        ))}
      </ol>
      <details>
        <summary>As JSON</summary>
        <Json label="Context" value={context} />
      </details>
    </>
  );
}

interface PiecesProps {
  readonly pieces: ContextAnswer["pieces"];
  readonly receipts: ContextAnswer["receipt_ids"];
}

function Pieces({ pieces, receipts }: PiecesProps) {
  const remembered = pieces.filter(({ kind }) => kind !== "message");
  return (
    <details class="more">
      <summary>Where it comes from ({remembered.length} pieces besides messages)</summary>
      <ul class="plain">
        {remembered.map(({ kind, id, namespace, trust, relevance, source_agent: agent }, index) => (
          <li key={index}>
            {kind}
            {agent !== undefined && ` of ${agent}`}
            {relevance !== undefined && `, fit ${decimal(relevance, 2)}`}
            {trust !== undefined && `, trust ${decimal(trust, 2)}`}{" "}
            {id !== undefined && <a href={here({ m: id, in: namespace })}>open</a>}
          </li>
        ))}
        {receipts.map((id) => (
          <li key={id}>
            <a href={addressOf("receipts", { id })}>receipt {id}</a>
          </li>
        ))}
      </ul>
    </details>
  );
}
