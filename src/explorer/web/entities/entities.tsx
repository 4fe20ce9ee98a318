import { plural } from "../base/format.js";
import { here, param, setParams } from "../base/place.js";
import { useQuery } from "../base/query.js";
import { service } from "../base/service.js";
import { Field, Tabs } from "../parts/controls.js";
import { Empty, Failure, Loading } from "../parts/notice.js";
import { OneNamespace } from "../parts/one-namespace.js";
import { Graph } from "./graph.js";
import { Lanes } from "./lanes.js";
import { ProfileText } from "./profile-text.js";

/** What is known about people and things. */
export function EntitiesView() {
  return (
    <OneNamespace title="Entities">
      {(ns) => (
        <div class="master">
          <Names key={ns} ns={ns} />
          {param("entity") === "" ? (
            <Empty title="Choose an entity">
              <p>
                Its facts stand on lanes of time, its neighbours in a graph, and its profile as the text that
                a model gets.
              </p>
            </Empty>
          ) : (
            <Entity ns={ns} name={param("entity")} />
          )}
        </div>
      )}
    </OneNamespace>
  );
}

function Names({ ns }: { readonly ns: string }) {
  const client = service.value;
  const prefix = param("prefix");
  const { data, error, retry } = useQuery(`entities ${ns} ${prefix} ${param("cursor")}`, (signal) =>
    client.get("/v1/namespaces/{ns}/entities", {
      path: { ns },
      query: {
        limit: 50,
        ...(prefix === "" ? {} : { prefix }),
        ...(param("cursor") === "" ? {} : { cursor: param("cursor") }),
      },
      signal,
    }),
  );
  return (
    <section class="master-list" aria-label="Names">
      <Field
        label="Name begins with"
        value={prefix}
        onChange={(value) => setParams({ prefix: value, cursor: undefined })}
      />
      {error !== undefined && <Failure error={error} retry={retry} />}
      {data === undefined && error === undefined && <Loading rows={6} />}
      {data !== undefined && data.entities.length === 0 && (
        <Empty
          title="No facts here yet"
          command={`curl ${location.origin}/v1/namespaces/${ns}/memories -H 'content-type: application/json' \\
  -d '{"memory_type":"semantic","fact":{"subject":"Anna","predicate":"lives in","object":"Graz"}}'`}
        >
          <p>Entities are the subjects and objects of facts.</p>
        </Empty>
      )}
      <ul class="choices">
        {data?.entities.map(({ name, alias_of: real, facts }) => (
          <li key={name}>
            <a
              href={here({ entity: real ?? name })}
              {...(name === param("entity") ? { "aria-current": "true" as const } : {})}
            >
              <span dir="auto">{name}</span>
              <span class="faint">{real === undefined ? facts : `is ${real}`}</span>
            </a>
          </li>
        ))}
      </ul>
      {typeof data?.cursor === "string" && <a href={here({ cursor: data.cursor })}>More names</a>}
    </section>
  );
}

const TABS = [
  ["facts", "Facts in time"],
  ["graph", "Neighbours"],
  ["profile", "Profile"],
] as const;

function Entity({ ns, name }: { readonly ns: string; readonly name: string }) {
  const client = service.value;
  const tab = param("show") === "" ? "facts" : param("show");
  const { data, error, retry } = useQuery(
    `entity ${ns} ${name}`,
    (signal) =>
      client.get("/v1/namespaces/{ns}/entities/{entity}", {
        path: { ns, entity: name },
        query: { valid_at: "any", limit: 100 },
        signal,
      }),
    { fresh: true },
  );
  return (
    <section class="master-detail" aria-label={name}>
      <h2 dir="auto">{data?.name ?? name}</h2>
      <p class="meta">
        {data !== undefined && data.aliases.length > 0 && <span>also {data.aliases.join(", ")}</span>}
        {data !== undefined && (
          <span>
            {plural(data.facts.length, "fact")}
            {data.cursor !== null && " of more"}
          </span>
        )}
      </p>
      <Tabs
        label="Parts of the entity"
        current={tab}
        tabs={TABS}
        address={(part) => here({ show: part === "facts" ? "" : part })}
      />
      {error !== undefined && <Failure error={error} retry={retry} />}
      {tab === "facts" && data === undefined && error === undefined && <Loading rows={4} />}
      {tab === "facts" && data !== undefined && <Lanes facts={data.facts} />}
      {tab === "graph" && <Graph key={`${ns} ${name}`} ns={ns} name={name} />}
      {tab === "profile" && <ProfileText ns={ns} name={name} />}
    </section>
  );
}
