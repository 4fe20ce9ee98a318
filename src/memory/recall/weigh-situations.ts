import type { Recency } from "../ports/lifecycle.js";
import { SESSION_WEIGHT, SPEAKER_WEIGHT, TIME_WEIGHT } from "../ports/recall-input.js";
import type { RecallInput } from "../ports/recall-input.js";
import type { SearchStore } from "../ports/search.js";
import type { Using } from "../services.js";
import { askedIn } from "../text/asked.js";
import type { Found } from "./fusion.js";
import { weighQuestions } from "./question-turns.js";
import type { Turn } from "./question-turns.js";
import type { RecordsOf, Situations } from "./records-of.js";
import { weighRecency } from "./recency.js";
import { boostBySession, SESSIONS_AMONG } from "./session-boost.js";
import { boostBySpeaker } from "./speaker-boost.js";
import { hitsToRead } from "./rerank-hits.js";
import { askedTimeOf, boostByTime } from "./time-boost.js";
import type { AskedTime } from "./time-boost.js";
import { promising, weightsOf as trustWeights } from "./weigh.js";

interface Weighed {
  readonly ranked: readonly Found[];
  readonly asked: AskedTime | undefined;
}

/**
 * Brings into the scores when the memories are from and which session they belong to: the time that the query names,
 * other hits of a session, questions and their answers, whose words they are, and age. Reads the situations of as
 * many as can change, and nothing if none can. The few that are compared by session or speaker alone are likely hits,
 * so their records are read at the same time, which are then known already.
 */
export async function weighSituations(
  { store }: Using<SearchStore>,
  ranked: readonly Found[],
  input: RecallInput,
  now: number,
  recency: Recency,
  records: RecordsOf,
): Promise<Weighed> {
  const weights = weightsOf(input);
  const question = askedIn(input.query) ?? input.query;
  const named = weights.time === 0 ? undefined : askedTimeOf(question, now);
  // A caller who weighs age has said what is new or old enough.
  const asked = named?.order !== undefined && recency.weight > 0 ? undefined : named;
  const compared = weights.session > 0 && ranked.length > 1;
  const bySpeaker = weights.speaker > 0 && ranked.length > 1;
  const among = compared || bySpeaker ? SESSIONS_AMONG : 0;
  const all = asked !== undefined || recency.weight > 0;
  const wanted = all ? ranked : ranked.slice(0, among);
  if (wanted.length === 0) return { ranked, asked };
  const read = all || input.as_of !== undefined;
  const situations = await (read
    ? situationsOf(store, wanted)
    : records.situated(likely(ranked, input), SESSIONS_AMONG));
  const timeOf = (found: Found): number | undefined => situations.get(found.fused)?.time;
  const sessionOf = (found: Found): string | undefined => {
    const session = situations.get(found.fused)?.session;
    return session === undefined ? undefined : `${found.fused.namespace} ${session}`;
  };
  const turnOf = (found: Found): Turn | undefined => {
    const situation = situations.get(found.fused);
    if (situation === undefined) return undefined;
    const { namespace, id } = found.fused;
    return { namespace, id, follows: situation.follows, asks: situation.asks };
  };
  const timed = asked === undefined ? ranked : boostByTime(ranked, timeOf, asked, weights.time);
  const joined =
    compared && severalSessions(input) ? boostBySession(timed, sessionOf, weights.session) : timed;
  const answered = compared ? weighQuestions(joined, turnOf, weights.session) : joined;
  const speakerOf = (found: Found): string | undefined => situations.get(found.fused)?.speaker;
  const spoken = bySpeaker ? boostBySpeaker(answered, speakerOf, question, weights.speaker) : answered;
  return { ranked: weighRecency(spoken, timeOf, now, recency), asked };
}

/** The most records that are read before it is known how far they are trusted. */
const MOST_LIKELY = 2 * SESSIONS_AMONG;

/**
 * Those that are compared, and those that `loadHits` reads next if what it found first has the trust of a new memory,
 * which leaves a score as it is: most recalls need no second round then.
 */
function likely(ranked: readonly Found[], input: RecallInput): readonly Found[] {
  const limit = Math.min(hitsToRead(input), SESSIONS_AMONG);
  const floor = ranked[Math.min(limit, ranked.length) - 1]?.score;
  const liftable = promising(ranked, 0, limit, floor, trustWeights(input));
  return ranked.slice(0, Math.min(MOST_LIKELY, Math.max(SESSIONS_AMONG, liftable)));
}

/** Only the default fusion has scores on a scale that the weights are made for. */
function weightsOf({ mode, fusion, merge, time_weight, session_weight, speaker_weight }: RecallInput) {
  const weighs = mode === "hybrid" && fusion.method === "auto" && merge !== "rrf";
  return {
    time: time_weight ?? (weighs ? TIME_WEIGHT : 0),
    session: session_weight ?? (weighs ? SESSION_WEIGHT : 0),
    speaker: speaker_weight ?? (weighs ? SPEAKER_WEIGHT : 0),
  };
}

/** Hits of one session that was asked for say nothing about each other. */
const severalSessions = ({ filter }: RecallInput): boolean => filter.session_id?.length !== 1;

async function situationsOf(store: SearchStore, ranked: readonly Found[]): Promise<Situations> {
  const found = await store.situationsOf(ranked.map(({ fused }) => fused));
  return new Map(
    ranked.flatMap(({ fused }, index) => {
      const situation = found[index];
      return situation === undefined ? [] : [[fused, situation] as const];
    }),
  );
}
