import { ago, count } from "../base/format.js";
import { here, param, setParams } from "../base/place.js";
import { Field } from "../parts/controls.js";
import { Empty, Note } from "../parts/notice.js";
import { OneNamespace } from "../parts/one-namespace.js";
import { Document } from "./document.js";
import { useFeed } from "./feed.js";
import type { Feed } from "./feed.js";

const MOST = 200;

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
  const documents = [...feed.documents.values()].toSorted((a, b) => b.version - a.version);
  return (
    <>
      {documents.length === 0 && feed.live && feed.settled && (
        <Empty
          title="No changes are kept"
          command={`curl -X PUT ${location.origin}/v1/namespaces/${ns}/state/labels -H 'content-type: application/json' \\
  -d '{"value":{"left":41}}'`}
        />
      )}
      <ul class="choices">
        {documents.slice(0, MOST).map(({ key, op, at, by }) => (
          <li key={key}>
            <a href={here({ key })} {...(key === param("key") ? { "aria-current": "true" as const } : {})}>
              <span dir="auto">{key}</span>
              <span class="faint">
                {op === "delete" ? "deleted" : ago(at)} by {by}
              </span>
            </a>
          </li>
        ))}
      </ul>
      {documents.length > MOST && (
        <Note>
          Of {count(documents.length)} documents, the {MOST} that changed last are listed.
        </Note>
      )}
      <p class="hint">
        {feed.partial
          ? "Older changes are no longer kept, so documents that haven’t changed since aren’t listed. Type a key to open one."
          : "Documents by their latest change, as long as changes are kept. Type a key to open any other."}
      </p>
    </>
  );
}
