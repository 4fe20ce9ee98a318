import { useMemo, useState } from "preact/hooks";
import type { MnemeClient } from "@mneme/client";
import { addressOf, here } from "../base/place.js";
import { excerpt, plural } from "../base/format.js";
import { useQuery } from "../base/query.js";
import { changes, service } from "../base/service.js";
import type { Memory, Schemas } from "../base/service.js";
import { TypeLabel } from "../parts/labels.js";
import { Loading } from "../parts/notice.js";
import { When } from "../parts/when.js";

type Detail = Schemas["MemoryDetail"];
type Source = Memory["derived_from"][number];

const MOST_SOURCES = 12;

/** Gives a source. What was read already isn't read again. */
type Read = (source: Source) => Promise<Memory>;

/** Who wrote a memory, what it was made of, and where its copies are. */
export function Provenance({ memory }: { readonly memory: Detail }) {
  const { origin, publications = [], derived_from: sources } = memory;
  const client = service.value;
  const change = changes.value;
  const read = useMemo(() => reader(client), [client, change]);
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
        <Sources sources={sources} read={read} />
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

/** A reader that keeps what it read. Many memories may be made from one. */
function reader(client: MnemeClient): Read {
  const known = new Map<string, Promise<Memory>>();
  return ({ namespace: ns, id }) => {
    const key = `${ns}/${id}`;
    const found = known.get(key);
    if (found !== undefined) return found;
    const reading = client.get("/v1/namespaces/{ns}/memories/{id}", { path: { ns, id } });
    known.set(key, reading);
    reading.catch(() => known.delete(key));
    return reading;
  };
}

interface SourcesProps {
  readonly sources: readonly Source[];
  readonly read: Read;
}

function Sources({ sources, read }: SourcesProps) {
  return (
    <ul class="chain">
      {sources.slice(0, MOST_SOURCES).map((source) => (
        <SourceItem key={`${source.namespace}/${source.id}`} source={source} read={read} />
      ))}
      {sources.length > MOST_SOURCES && <li class="faint">and {sources.length - MOST_SOURCES} more</li>}
    </ul>
  );
}

function SourceItem({ source, read }: { readonly source: Source; readonly read: Read }) {
  const { data, error } = useQuery(`source ${source.namespace}/${source.id}`, () => read(source));
  const [open, setOpen] = useState(false);
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
          {data.derived_from.length > 0 && (
            <button type="button" class="link" aria-expanded={open} onClick={() => setOpen(!open)}>
              Made from {plural(data.derived_from.length, "memory", "memories")}
            </button>
          )}
          {open && <Sources sources={data.derived_from} read={read} />}
        </>
      )}
    </li>
  );
}
