import { here, param, setParams } from "../base/place.js";
import { useQuery } from "../base/query.js";
import { service } from "../base/service.js";
import type { Schemas } from "../base/service.js";
import { Tabs } from "../parts/controls.js";
import { Drawer } from "../parts/drawer.js";
import { Json } from "../parts/json.js";
import { Marks, TypeLabel } from "../parts/labels.js";
import { Failure, Loading } from "../parts/notice.js";
import { MemoryText } from "../parts/text.js";
import { When } from "../parts/when.js";
import { Actions } from "./actions.js";
import { Contradicting } from "./contradicting.js";
import { Decay } from "./decay.js";
import { Provenance } from "./provenance.js";
import { TrustParts } from "./trust-parts.js";
import { Versions } from "./versions.js";

type Detail = Schemas["MemoryDetail"];

const TABS = [
  ["overview", "Overview"],
  ["versions", "Versions"],
  ["provenance", "Provenance"],
  ["json", "JSON"],
] as const;

/** The memory that the address names, over whatever view is shown. */
export function MemoryDrawer() {
  const [id, ns] = [param("m"), param("in")];
  if (id === "" || ns === "") return null;
  return (
    <Drawer title="Memory" onClose={() => setParams({ m: undefined, in: undefined, tab: undefined })}>
      <Inside key={`${ns}/${id}`} ns={ns} id={id} />
    </Drawer>
  );
}

function Inside({ ns, id }: { readonly ns: string; readonly id: string }) {
  const client = service.value;
  const { data, error, retry } = useQuery(`memory ${ns}/${id}`, (signal) =>
    client.get("/v1/namespaces/{ns}/memories/{id}", { path: { ns, id }, query: { explain: "true" }, signal }),
  );
  const tab = param("tab") === "" ? "overview" : param("tab");
  if (error !== undefined) {
    return (
      <>
        <h2>Memory</h2>
        <Failure error={error} retry={retry} />
      </>
    );
  }
  if (data === undefined) return <Loading rows={6} />;
  return (
    <>
      <p class="meta">
        <TypeLabel memory={data} />
        <span>{data.namespace}</span>
        {data.key !== null && <span dir="auto">key {data.key}</span>}
        <span>version {data.version}</span>
        <Marks memory={data} />
      </p>
      <h2 class="hidden">Memory {id}</h2>
      <MemoryText text={data.content} />
      <p class="author">
        Written by <b>{data.source_agent}</b>, <When time={data.recorded_at} exact />
      </p>
      <Actions memory={data} />
      <Tabs
        label="Parts of the memory"
        current={tab}
        tabs={TABS}
        address={(name) => here({ tab: name === "overview" ? "" : name })}
      />
      {tab === "overview" && <Overview memory={data} />}
      {tab === "versions" && <Versions memory={data} />}
      {tab === "provenance" && <Provenance memory={data} />}
      {tab === "json" && <Json label="The memory as the API gives it" value={data} />}
    </>
  );
}

function Overview({ memory }: { readonly memory: Detail }) {
  const { fact, metadata, tags, trust_parts: parts, expiry, feedback, interaction } = memory;
  return (
    <>
      {fact !== undefined && (
        <p class="fact-line">
          <b>{fact.subject}</b> <span class="faint">{fact.predicate}</span> <b>{fact.object}</b>
          <span class="faint"> confidence {fact.confidence}</span>
        </p>
      )}
      {fact !== undefined && <Contradicting ns={memory.namespace} ids={fact.contradicts} />}
      <h3>Trust</h3>
      {parts !== undefined && <TrustParts trust={memory.trust} parts={parts} agent={memory.source_agent} />}
      <p class="hint">
        Judged {feedback.confirmed} times correct and {feedback.contradicted} times wrong; {feedback.used}{" "}
        times useful, {feedback.useless} times useless.
      </p>
      <h3>Life</h3>
      {expiry !== undefined && (
        <Decay expiry={expiry} expiresAt={memory.expires_at} recordedAt={memory.recorded_at} />
      )}
      <h3>Validity</h3>
      <Validity from={memory.valid_from} to={memory.valid_to} />
      {tags.length > 0 && (
        <>
          <h3>Tags</h3>
          <p class="tags">
            {tags.map((tag) => (
              <span key={tag} class="mark" dir="auto">
                {tag}
              </span>
            ))}
          </p>
        </>
      )}
      {Object.keys(metadata).length > 0 && <Json label="Metadata" value={metadata} />}
      {interaction !== undefined && <Json label="Interaction as it was captured" value={interaction} />}
    </>
  );
}

interface ValidityProps {
  readonly from: string | null;
  readonly to: string | null;
}

function Validity({ from, to }: ValidityProps) {
  if (from === null && to === null) return <p>Valid at any time: it has neither a start nor an end.</p>;
  return (
    <p>
      Valid {from !== null && "from "}
      {from !== null && <When time={from} exact />}
      {from !== null && to !== null && " "}
      {to !== null && "until "}
      {to !== null && <When time={to} exact />}
      {from === null && ", without a start"}
      {to === null && ", without an end"}.
    </p>
  );
}
