import { instant, localOf } from "../base/fields.js";
import { here, param, setParams } from "../base/place.js";
import { useQuery } from "../base/query.js";
import { service } from "../base/service.js";
import type { Schemas } from "../base/service.js";
import { Field } from "../parts/controls.js";
import { Details } from "../parts/details.js";
import { JsonDiff } from "../parts/diff.js";
import { Json } from "../parts/json.js";
import { Failure, Loading } from "../parts/notice.js";
import { When } from "../parts/when.js";

type Version = Schemas["StateHistory"]["versions"][number];

interface DocumentProps {
  readonly ns: string;
  readonly name: string;
  /** Of the latest change that is known; the document is read again when it rises. */
  readonly latest: number | undefined;
}

/** A document now or at a time, and how it came to be so. */
export function Document({ ns, name, latest }: DocumentProps) {
  const client = service.value;
  const path = { ns, key: name };
  const asOf = param("as_of");
  const current = useQuery(`state ${ns} ${name} ${asOf} ${latest}`, (signal) =>
    client.get("/v1/namespaces/{ns}/state/{key}", {
      path,
      query: asOf === "" ? {} : { as_of: asOf },
      signal,
    }),
  );
  const history = useQuery(`history ${ns} ${name} ${latest}`, (signal) =>
    client.get("/v1/namespaces/{ns}/state/{key}/history", { path, query: { limit: 30 }, signal }),
  );
  const { data, error, retry } = current;
  const versions = history.data?.versions ?? [];
  return (
    <section class="master-detail" aria-label={name}>
      <h2 dir="auto">{name}</h2>
      <div class="grid narrow">
        <Field
          label="As of"
          type="datetime-local"
          step={1}
          value={localOf(asOf)}
          onChange={(value) =>
            setParams({ as_of: value === "" ? undefined : instant(value) }, { replace: true })
          }
        />
      </div>
      {asOf !== "" && (
        <p>
          <a href={here({ as_of: undefined })}>Back to now</a>
        </p>
      )}
      {error !== undefined && <Failure error={error} retry={retry} />}
      {data === undefined && error === undefined && <Loading rows={3} />}
      {data !== undefined && error === undefined && (
        <>
          <p class="meta">
            <span>version {data.version}</span>
            <span>by {data.updated_by}</span>
            <When time={data.updated_at} />
            <span>
              ends <When time={data.expires_at} />
            </span>
          </p>
          <Json
            label={asOf === "" ? "The value now" : `The value on ${asOf.slice(0, 19).replace("T", " ")} UTC`}
            value={data.value}
          />
        </>
      )}
      <h3>History</h3>
      {history.error !== undefined && <Failure error={history.error} retry={history.retry} />}
      <ol class="versions">
        {versions.map((version, index) => (
          <Change key={version.version} version={version} before={versions[index + 1]} />
        ))}
      </ol>
      {history.data?.cursor != null && <p class="hint">Older versions aren’t shown.</p>}
    </section>
  );
}

function Change({ version, before }: { readonly version: Version; readonly before: Version | undefined }) {
  return (
    <li>
      <Details
        summary={
          <>
            Version {version.version}: {version.op} by {version.updated_by},{" "}
            <When time={version.updated_at} exact />
          </>
        }
      >
        {() => (
          <>
            {before === undefined ? (
              <Json label="The value, the oldest that is kept" value={version.value} />
            ) : (
              <JsonDiff before={before.value} after={version.value} />
            )}
            <p>
              <a href={here({ as_of: version.updated_at })}>See it as of then</a>
            </p>
          </>
        )}
      </Details>
    </li>
  );
}
