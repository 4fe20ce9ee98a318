import { count } from "../base/format.js";
import { param, setParams } from "../base/place.js";
import { useQuery } from "../base/query.js";
import { service } from "../base/service.js";
import { Field } from "../parts/controls.js";
import { CopyButton } from "../parts/copy.js";
import { Failure, Loading, Note } from "../parts/notice.js";

const BUDGET = 500;

/** All that is known about a subject, as the text that a model gets within its budget. */
export function ProfileText({ ns, name }: { readonly ns: string; readonly name: string }) {
  const client = service.value;
  const budget = Number(param("budget")) || BUDGET;
  const { data, error, retry } = useQuery(
    `profile ${ns} ${name} ${budget}`,
    (signal) =>
      client.get("/v1/namespaces/{ns}/profiles/{subject}", {
        path: { ns, subject: name },
        query: { token_budget: budget },
        signal,
      }),
    { fresh: true },
  );
  return (
    <>
      <div class="grid narrow">
        <Field
          label="Budget in tokens"
          type="number"
          min={1}
          max={100_000}
          value={String(budget)}
          onChange={(value) => setParams({ budget: value }, { replace: true })}
        />
      </div>
      {error !== undefined && <Failure error={error} retry={retry} />}
      {data === undefined && error === undefined && <Loading rows={3} />}
      {data !== undefined && (
        <>
          <Budget used={data.tokens} of={budget} />
          <figure class="json">
            <figcaption>
              {count(data.facts.length)} facts, {count(data.preferences.length)} preferences,{" "}
              {count(data.procedures.length)} procedures, {count(data.episodes.length)} episodes
              <CopyButton text={data.text} />
            </figcaption>
            <pre tabIndex={0} aria-label="Profile" dir="auto">
              {data.text}
            </pre>
          </figure>
          {data.truncated && <Note>The budget was too small for all: what matters less was left out.</Note>}
        </>
      )}
    </>
  );
}

function Budget({ used, of }: { readonly used: number; readonly of: number }) {
  return (
    <p class="meter-row">
      <meter min={0} max={of} value={used} aria-label="Tokens used" />
      <span>
        {count(used)} of {count(of)} tokens
      </span>
    </p>
  );
}
