import { ago } from "../base/format.js";
import { here, param, setParams } from "../base/place.js";
import { useQuery } from "../base/query.js";
import { service } from "../base/service.js";
import { Field } from "../parts/controls.js";
import { Empty, Failure, Loading, Note } from "../parts/notice.js";
import { OneNamespace } from "../parts/one-namespace.js";
import { Pager } from "../parts/pager.js";
import { Document } from "./document.js";
import { useFeed } from "./feed.js";
import type { Feed } from "./feed.js";

const PAGE = 50;

/** What is true right now, while it changes. */
export function StateView() {
  return <OneNamespace title="State">{(ns) => <Inside key={ns} ns={ns} />}</OneNamespace>;
}

function Inside({ ns }: { readonly ns: string }) {
  const feed = useFeed(ns);
  const key = param("key");
  const latest = feed.documents.get(key)?.version;
  return (
    <div class="master">
      <section class="master-list" aria-label="Documents">
        <Field label="Key" value={key} onChange={(value) => setParams({ key: value })} />
        <Connection feed={feed} />
        <Field
          label="Keys that begin with"
          value={param("prefix")}
          onChange={(value) => setParams({ prefix: value, cursor: undefined })}
        />
        <Documents feed={feed} ns={ns} />
      </section>
      {key === "" ? (
        <Empty title="Choose a document">
          <p>You see it as it is, and each change the moment it is made.</p>
        </Empty>
      ) : (
        <Document key={key} ns={ns} name={key} latest={latest} />
      )}
    </div>
  );
}

function Connection({ feed }: { readonly feed: Feed }) {
  if (feed.error !== undefined) return <Note>Not live: {feed.error.detail}</Note>;
  return (
    <p class="live">
      <span class={feed.live ? "pulse on" : "pulse"} aria-hidden="true" />
      {feed.live ? "live" : "connecting"}
    </p>
  );
}

function Documents({ feed, ns }: { readonly feed: Feed; readonly ns: string }) {
  const client = service.value;
  const [prefix, cursor] = [param("prefix"), param("cursor")];
  // A document that is new or gone changes the list; other changes are in the feed.
  const { data, error, retry } = useQuery(
    `documents ${ns} ${prefix} ${cursor} ${feed.documents.size}`,
    (signal) =>
      client.get("/v1/namespaces/{ns}/state", {
        path: { ns },
        query: {
          limit: PAGE,
          ...(prefix === "" ? {} : { prefix }),
          ...(cursor === "" ? {} : { cursor }),
        },
        signal,
      }),
  );
  if (error !== undefined) return <Failure error={error} retry={retry} />;
  if (data === undefined) return <Loading rows={5} />;
  return (
    <>
      {data.documents.length === 0 && data.cursor === null && (
        <Empty
          title={prefix === "" ? "No documents yet" : "No key begins so"}
          {...(prefix === ""
            ? {
                command: `curl -X PUT ${location.origin}/v1/namespaces/${ns}/state/labels -H 'content-type: application/json' \\
  -d '{"value":{"left":41}}'`,
              }
            : {})}
        />
      )}
      <ul class="choices">
        {data.documents.map(({ key, updated_at: updated, updated_by: writer, expires_at: end }) => {
          const changed = feed.documents.get(key);
          const { op, at, by } = changed ?? { op: "set", at: updated, by: writer };
          return (
            <li key={key}>
              <a href={here({ key })} {...(key === param("key") ? { "aria-current": "true" as const } : {})}>
                <span dir="auto">{key}</span>
                <span class="faint">
                  {op === "delete" ? "deleted" : ago(at)} by {by}
                  {changed === undefined && end !== null && `, ends ${ago(end)}`}
                </span>
              </a>
            </li>
          );
        })}
      </ul>
      <Pager next={data.cursor} />
    </>
  );
}
