import { addressOf, here, param, setParams } from "../base/place.js";
import { decimal, minute } from "../base/format.js";
import { useQuery } from "../base/query.js";
import { service } from "../base/service.js";
import type { Memory, Schemas } from "../base/service.js";
import { Field } from "../parts/controls.js";
import { Failure, Loading } from "../parts/notice.js";
import { MemoryText } from "../parts/text.js";
import { When } from "../parts/when.js";
import { Receipts } from "./list.js";

/** What an agent was told then, beside what it would be told now. */
export function ReceiptsView() {
  const id = param("id");
  return (
    <>
      <header class="head">
        <h1>Receipts</h1>
        <p class="status">what an agent knew when it decided</p>
      </header>
      {id === "" ? (
        <>
          <Receipts />
          <div class="narrow apart">
            <Field
              label="Open a receipt by its id"
              value={id}
              placeholder="01JD8Q4V7K3W5N0R2T6Y9B1C4D"
              hint="Each recall returns it as receipt_id."
              onChange={(value) => setParams({ id: value.trim() })}
            />
          </div>
        </>
      ) : (
        <>
          <p>
            <a href={here({ id: undefined })}>All receipts</a>
          </p>
          <Receipt key={id} id={id} />
        </>
      )}
    </>
  );
}

function Receipt({ id }: { readonly id: string }) {
  const client = service.value;
  const { data, error, retry } = useQuery(`receipt ${id}`, (signal) =>
    client.post("/v1/receipts/{id}/replay", { path: { id }, signal }),
  );
  if (error !== undefined) return <Failure error={error} retry={retry} />;
  if (data === undefined) return <Loading rows={6} />;
  const { receipt, now, changes } = data;
  return (
    <>
      <p class="question" dir="auto">
        {receipt.query}
      </p>
      <dl class="facts">
        <div>
          <dt>Asked by</dt>
          <dd>{receipt.agent}</dd>
        </div>
        <div>
          <dt>When</dt>
          <dd>
            <When time={receipt.at} exact />
          </dd>
        </div>
        <div>
          <dt>In</dt>
          <dd>{receipt.namespaces.join(", ")}</dd>
        </div>
        {receipt.thread_id !== null && (
          <div>
            <dt>Thread</dt>
            <dd>
              <a href={addressOf("threads", { thread: receipt.thread_id })}>{receipt.thread_id}</a>
            </dd>
          </div>
        )}
        <div>
          <dt>Since then</dt>
          <dd>{since(changes)}</dd>
        </div>
      </dl>
      <p>
        <a
          href={addressOf("ask", {
            q: receipt.query,
            as_of: receipt.at,
            ...(receipt.namespaces.length === 1 ? { ns: receipt.namespaces[0] } : { ns: "**" }),
          })}
        >
          Ask the same as of then
        </a>
      </p>
      <div class="side-by-side">
        <section>
          <h2>Then, {minute(receipt.at)}</h2>
          <ol class="hits">
            {receipt.hits.map((hit, index) => (
              <Hit
                key={`${hit.namespace}/${hit.id}`}
                place={index + 1}
                id={hit.id}
                ns={hit.namespace}
                memory={hit.memory}
                note={`score ${decimal(hit.score)}, trust then ${decimal(hit.trust, 2)}, version ${hit.version}`}
                mark={markThen(hit.id, changes)}
              />
            ))}
          </ol>
        </section>
        <section>
          <h2>Now</h2>
          <ol class="hits">
            {now.hits.map((hit, index) => (
              <Hit
                key={`${hit.memory.namespace}/${hit.memory.id}`}
                place={index + 1}
                id={hit.memory.id}
                ns={hit.memory.namespace}
                memory={hit.memory}
                note={`score ${decimal(hit.score)}, trust ${decimal(hit.memory.trust, 2)}, version ${hit.memory.version}`}
                mark={changes.added.includes(hit.memory.id) ? "new" : undefined}
              />
            ))}
          </ol>
        </section>
      </div>
    </>
  );
}

type Changes = Schemas["Replay"]["changes"];

function since({ gone, added, revised }: Changes): string {
  if (gone.length + added.length + revised.length === 0) return "nothing has changed";
  return `${gone.length} left the answer, ${added.length} came in, ${revised.length} were revised`;
}

function markThen(id: string, { gone, revised }: Changes): string | undefined {
  if (gone.includes(id)) return "no longer in the answer";
  return revised.includes(id) ? "revised since" : undefined;
}

interface HitProps {
  readonly place: number;
  readonly id: string;
  readonly ns: string;
  /** Null: it was deleted, or has ended. */
  readonly memory: Memory | null;
  readonly note: string;
  readonly mark: string | undefined;
}

function Hit({ place, id, ns, memory, note, mark }: HitProps) {
  return (
    <li class="hit">
      <span class="hit-place">{place}</span>
      <div class="hit-body">
        {mark !== undefined && <p class={mark === "new" ? "fate fate-revised" : "fate"}>{mark}</p>}
        {memory === null ? (
          <p class="faint">A memory that is gone. Its text isn’t kept.</p>
        ) : (
          <MemoryText text={memory.content} />
        )}
        <p class="meta">
          {memory !== null && <span>by {memory.source_agent}</span>}
          <span>{note}</span>
          {memory !== null && <a href={here({ m: id, in: ns })}>Open</a>}
        </p>
      </div>
    </li>
  );
}
