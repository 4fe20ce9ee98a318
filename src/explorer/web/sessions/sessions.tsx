import { count, plural } from "../base/format.js";
import { here, param, setParams } from "../base/place.js";
import { useQuery } from "../base/query.js";
import { service } from "../base/service.js";
import type { Schemas } from "../base/service.js";
import { Field, Tabs } from "../parts/controls.js";
import { Empty, Failure, Loading, Note } from "../parts/notice.js";
import { OneNamespace } from "../parts/one-namespace.js";
import { When } from "../parts/when.js";
import { Context } from "./context.js";
import { MessageItem } from "./message.js";

/** Conversations, and what a model would get for the next turn. */
export function SessionsView() {
  return (
    <OneNamespace title="Sessions">
      {(ns) => (
        <div class="master">
          <List key={`list ${ns}`} ns={ns} />
          {param("sid") === "" ? (
            <Empty title="Choose a session">
              <p>You see its messages, its running summary, and the context that a model would get next.</p>
            </Empty>
          ) : (
            <One key={`${ns} ${param("sid")}`} ns={ns} sid={param("sid")} />
          )}
        </div>
      )}
    </OneNamespace>
  );
}

/** What is asked of one session says nothing of the next. */
const CLEARED = { before: undefined, question: undefined };

function List({ ns }: { readonly ns: string }) {
  const client = service.value;
  const cursor = param("cursor");
  const { data, error, retry } = useQuery(`sessions ${ns} ${cursor}`, (signal) =>
    client.get("/v1/namespaces/{ns}/sessions", {
      path: { ns },
      query: { limit: 30, ...(cursor === "" ? {} : { cursor }) },
      signal,
    }),
  );
  return (
    <section class="master-list" aria-label="Sessions">
      <Field
        label="Session id"
        value={param("sid")}
        onChange={(value) => setParams({ ...CLEARED, sid: value })}
      />
      {error !== undefined && <Failure error={error} retry={retry} />}
      {data === undefined && error === undefined && <Loading rows={5} />}
      {data?.sessions.length === 0 && (
        <Empty
          title="No sessions yet"
          command={`curl ${location.origin}/v1/namespaces/${ns}/sessions/s1/messages -H 'content-type: application/json' \\
  -d '{"messages":[{"role":"user","content":"Hello!"}]}'`}
        />
      )}
      <ul class="choices">
        {data?.sessions.map((session) => (
          <li key={session.session_id}>
            <a
              href={here({ ...CLEARED, sid: session.session_id })}
              {...(session.session_id === param("sid") ? { "aria-current": "true" as const } : {})}
            >
              <span dir="auto">{session.session_id}</span>
              <span class="faint">
                {plural(session.message_count, "message")}, <When time={session.last_message_at} />
              </span>
            </a>
          </li>
        ))}
      </ul>
      {typeof data?.cursor === "string" && <a href={here({ cursor: data.cursor })}>More sessions</a>}
    </section>
  );
}

const TABS = [
  ["messages", "Messages"],
  ["context", "Context for a model"],
] as const;

function One({ ns, sid }: { readonly ns: string; readonly sid: string }) {
  const client = service.value;
  const path = { ns, sid };
  const session = useQuery(`session ${ns} ${sid}`, (signal) =>
    client.get("/v1/namespaces/{ns}/sessions/{sid}", { path, signal }),
  );
  const tab = param("show") === "" ? "messages" : param("show");
  const { data, error, retry } = session;
  return (
    <section class="master-detail" aria-label={sid}>
      <h2 dir="auto">{sid}</h2>
      {error !== undefined && <Failure error={error} retry={retry} />}
      {data === undefined && error === undefined && <Loading rows={4} />}
      {data !== undefined && (
        <>
          <p class="meta">
            <span>{plural(data.message_count, "message")}</span>
            <span>{count(data.tokens)} tokens in its window</span>
            <span>
              begun <When time={data.created_at} />
            </span>
            <span>
              ends <When time={data.expires_at} />
            </span>
          </p>
          <Tabs
            label="Parts of the session"
            current={tab}
            tabs={TABS}
            address={(name) => here({ show: name === "messages" ? "" : name })}
          />
          {tab === "messages" ? <Messages ns={ns} session={data} /> : <Context ns={ns} sid={sid} />}
        </>
      )}
    </section>
  );
}

const PAGE = 100;

function Messages({ ns, session }: { readonly ns: string; readonly session: Schemas["Session"] }) {
  const client = service.value;
  const before = param("before");
  const { data, error, retry } = useQuery(`messages ${ns} ${session.session_id} ${before}`, (signal) =>
    client.get("/v1/namespaces/{ns}/sessions/{sid}/messages", {
      path: { ns, sid: session.session_id },
      query: { limit: PAGE, ...(before === "" ? {} : { before: Number(before) }) },
      signal,
    }),
  );
  const messages = data?.messages ?? [];
  const first = messages[0]?.number ?? 1;
  return (
    <>
      {session.summary !== null && (
        <div class="summary">
          <h3>Running summary of messages 1 to {session.summarised_to}</h3>
          <p class="memory-text" dir="auto">
            {session.summary.text}
          </p>
          <p class="hint">
            {session.summary.method === "llm"
              ? `written by ${session.summary.model ?? "a model"}`
              : "of chosen sentences"}
          </p>
        </div>
      )}
      {error !== undefined && <Failure error={error} retry={retry} />}
      {data === undefined && error === undefined && <Loading rows={5} />}
      {first > 1 && <a href={here({ before: first })}>Earlier messages</a>}
      <ol class="messages">
        {messages.map((message) => (
          <MessageItem
            key={message.number}
            message={message}
            ns={ns}
            summarised={message.number <= session.summarised_to}
          />
        ))}
      </ol>
      {before !== "" && <a href={here({ before: undefined })}>Latest messages</a>}
      {session.summarised_to === 0 && messages.length > 0 && (
        <Note>All messages are in the window. The oldest become memories when it is full.</Note>
      )}
    </>
  );
}
