import { addressOf, here } from "../base/place.js";
import { excerpt } from "../base/format.js";
import { useQuery } from "../base/query.js";
import { service } from "../base/service.js";
import type { Memory, Schemas } from "../base/service.js";
import { TypeLabel } from "../parts/labels.js";
import { Loading } from "../parts/notice.js";
import { When } from "../parts/when.js";

type Detail = Schemas["MemoryDetail"];
type Source = Memory["derived_from"][number];

/** More would be no chain that a person follows. */
const DEEPEST = 4;
const MOST_SOURCES = 12;

/** Who wrote a memory, what it was made of, and where its copies are. */
export function Provenance({ memory }: { readonly memory: Detail }) {
  const { origin, publications = [], derived_from: sources } = memory;
  return (
    <>
      <dl class="facts">
        <div>
          <dt>Written by</dt>
          <dd>
            <b>{memory.source_agent}</b>
          </dd>
        </div>
        <div>
          <dt>Recorded</dt>
          <dd>
            <When time={memory.recorded_at} exact />
          </dd>
        </div>
        <div>
          <dt>Happened</dt>
          <dd>
            <When time={memory.timestamp} exact />
          </dd>
        </div>
        <div>
          <dt>Seen</dt>
          <dd>
            {memory.seen_count === 1 ? "once" : `${memory.seen_count} times`}, last{" "}
            <When time={memory.last_seen_at} />
          </dd>
        </div>
        <div>
          <dt>Corroborated</dt>
          <dd>
            {memory.corroborations === 0
              ? "by no other agent"
              : `by ${memory.corroborations} other ${memory.corroborations === 1 ? "agent" : "agents"}`}
          </dd>
        </div>
        {memory.session_id !== null && (
          <div>
            <dt>Session</dt>
            <dd>
              <a href={addressOf("sessions", { ns: memory.namespace, sid: memory.session_id })}>
                {memory.session_id}
              </a>
            </dd>
          </div>
        )}
        {memory.superseded_by !== null && (
          <div>
            <dt>Superseded by</dt>
            <dd>
              <a href={here({ m: memory.superseded_by, in: memory.namespace })}>{memory.superseded_by}</a>
            </dd>
          </div>
        )}
      </dl>
      <p>
        <a href={addressOf("audit", { ns: memory.namespace, id: memory.id })}>Who read or changed it</a>
      </p>
      <h3>Made from</h3>
      {sources.length === 0 ? (
        <p class="faint">Nothing else: it was written as it is.</p>
      ) : (
        <Sources sources={sources} depth={1} />
      )}
      <h3>Copies</h3>
      {origin !== null && (
        <p>
          This is a copy of <a href={here({ m: origin.id, in: origin.namespace })}>{origin.namespace}</a>,
          published by {origin.published_by} <When time={origin.published_at} />
          {origin.follow ? ", and follows it." : "."}
          {origin.deleted_at !== null && " The origin was deleted."}
          {origin.latest_version > origin.version && " The origin has a newer version."}
        </p>
      )}
      {publications.length === 0 && origin === null && <p class="faint">None.</p>}
      {publications.length > 0 && (
        <ul class="plain">
          {publications.map((copy) => (
            <li key={copy.namespace}>
              <b>{copy.namespace}</b>, by {copy.published_by} <When time={copy.published_at} />
              {copy.follow && ", follows each revision"}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function Sources({ sources, depth }: { readonly sources: readonly Source[]; readonly depth: number }) {
  return (
    <ul class="chain">
      {sources.slice(0, MOST_SOURCES).map((source) => (
        <SourceItem key={`${source.namespace}/${source.id}`} source={source} depth={depth} />
      ))}
      {sources.length > MOST_SOURCES && <li class="faint">and {sources.length - MOST_SOURCES} more</li>}
    </ul>
  );
}

function SourceItem({ source, depth }: { readonly source: Source; readonly depth: number }) {
  const client = service.value;
  const { data, error } = useQuery(`source ${source.namespace}/${source.id}`, (signal) =>
    client.get("/v1/namespaces/{ns}/memories/{id}", {
      path: { ns: source.namespace, id: source.id },
      signal,
    }),
  );
  return (
    <li>
      {error !== undefined && (
        <p class="faint">
          {error.status === 404 ? "A source that is gone" : error.detail}: <code>{source.id}</code>
        </p>
      )}
      {data === undefined && error === undefined && <Loading rows={1} />}
      {data !== undefined && (
        <>
          <p class="quoted" dir="auto">
            {excerpt(data.content, 160)}
          </p>
          <p class="meta">
            <TypeLabel memory={data} />
            <span>{data.source_agent}</span>
            <When time={data.timestamp} />
            <span>version {source.version}</span>
            <a href={here({ m: data.id, in: data.namespace })}>Open</a>
          </p>
          {data.derived_from.length > 0 && depth < DEEPEST && (
            <Sources sources={data.derived_from} depth={depth + 1} />
          )}
        </>
      )}
    </li>
  );
}
