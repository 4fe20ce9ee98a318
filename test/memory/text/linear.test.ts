import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { escapeField, unescapeField } from "../../../checkpointer/src/saver/fields.js";
import { decodeKey, decodeLabel, encodeKey, encodeLabel } from "../../../checkpointer/src/store/names.js";
import { queryOf } from "../../../checkpointer/src/middleware/context.js";
import { cutTo, textOf } from "../../../checkpointer/src/store/text.js";
import { costOf, fromStored, partsOf, toStored } from "../../../checkpointer/src/value/cut.js";
import { parsePython } from "../../../checkpointer/src/python/json.js";
import { decodeMsgpack } from "../../../checkpointer/src/python/msgpack.js";
import { endOfString, toJson, toText } from "../../../checkpointer/src/value/text-form.js";
import { cursorsOf } from "../../../src/domain/cursor.js";
import { parseToken } from "../../../src/access/keys/token.js";
import { survivesAsDouble } from "../../../src/domain/exact-decimal.js";
import { readStrictJson } from "../../../src/domain/strict-json.js";
import { tokenCounter } from "../../../src/domain/tokens.js";
import { escapeInvisible, hasInvisible, visibleJson } from "../../../src/domain/visible.js";
import { agentProblem } from "../../../src/domain/agent-name.js";
import { modelId } from "../../../src/embeddings/model-id.js";
import { splitPassages } from "../../../src/embeddings/passages.js";
import { expectedVersion } from "../../../src/http/conditional.js";
import { parseJsonBody } from "../../../src/http/json-body.js";
import { fieldName } from "../../../src/http/problem.js";
import { text as textSchema } from "../../../src/http/openapi/primitives.js";
import { describeError } from "../../../src/log.js";
import { chainAsked } from "../../../src/memory/text/chain-asked.js";
import { askedIn, embeddedPart, queryWithin } from "../../../src/memory/text/asked.js";
import { orderAsked } from "../../../src/memory/text/dates/order-asked.js";
import { readDates } from "../../../src/memory/text/dates/read-dates.js";
import {
  hashedRef,
  isFactName,
  keptObservation,
  keptRelation,
  keptType,
  observationContent,
  observationIn,
  relationKey,
  shortName,
  statementKey,
} from "../../../src/mcp/reference/statements.js";
import { fitLines, line } from "../../../src/memory/text/lines.js";
import { interactionText } from "../../../src/memory/remember/interaction-text.js";
import { partKeysOf, setOfItem, setOfKey, setOfPart } from "../../../src/memory/model/parts.js";
import { askingShare } from "../../../src/memory/text/asking-share.js";
import { asksForHelp } from "../../../src/memory/text/help-asked.js";
import { isStandingRule } from "../../../src/memory/text/standing-rule.js";
import { speakerAsked } from "../../../src/memory/text/speaker-asked.js";
import { withoutFrame } from "../../../src/memory/text/without-frame.js";
import { claimsOf, denialsIn } from "../../../src/memory/text/claims.js";
import { dateOf } from "../../../src/memory/conditions/date.js";
import { contradictionsOf } from "../../../src/memory/consolidation/language/contradictions.js";
import { feedbackOf } from "../../../src/memory/consolidation/language/feedback-of.js";
import { groundFacts, groundSummary } from "../../../src/memory/consolidation/language/ground.js";
import { instructs } from "../../../src/memory/text/instructs.js";
import { patternFacts } from "../../../src/memory/consolidation/language/pattern-facts.js";
import { learnProcedures } from "../../../src/memory/consolidation/language/procedures.js";
import {
  firstSpeaker,
  isConditional,
  isQuestion,
  lineOf,
  saidIn,
} from "../../../src/memory/text/speakers.js";
import { problemOf } from "../../../src/memory/consolidation/execute/schedule.js";
import { chooseSentences } from "../../../src/memory/consolidation/language/sentences.js";
import { wordingOf } from "../../../src/memory/text/wording.js";
import { objectFacet, tagFacet } from "../../../src/memory/model/facets.js";
import { factContent, factIdentity } from "../../../src/memory/model/fact.js";
import { normaliseName } from "../../../src/domain/normalise-name.js";
import { possibleNames, possibleRuns } from "../../../src/memory/model/names.js";
import { folded, foldsOf, syllablesOf } from "../../../src/memory/text/folds.js";
import { heldTerms } from "../../../src/memory/text/held-terms.js";
import { isFunctionWord } from "../../../src/memory/text/language/function-words.js";
import { languageOf } from "../../../src/memory/text/language/language-of.js";
import { stem } from "../../../src/memory/text/language/stems.js";
import { lookedAt, piecesOf, plainText } from "../../../src/memory/text/looked-at.js";
import { normalisedTooLong } from "../../../src/memory/text/normalised.js";
import { contextFor, withContext } from "../../../src/memory/embedding/preceding.js";
import type { Message } from "../../../src/memory/sessions/session.js";
import { shortenTurns, shortenUnit } from "../../../src/memory/sessions/shorten.js";
import { summarise } from "../../../src/memory/sessions/summarise.js";
import { sentencesIn } from "../../../src/memory/text/sentences.js";
import { sentencesOf, transcriptOf } from "../../../src/memory/sessions/transcript.js";
import { withoutDuplicates } from "../../../src/memory/recall/duplicates.js";
import { distanceFrom, predicatesAsked, wordsAsked } from "../../../src/memory/recall/relations-asked.js";
import { excerptWithin } from "../../../src/memory/recall/excerpt-within.js";
import { sentenceTexts, spoken, written } from "../../../src/memory/recall/sentence.js";
import { replaces } from "../../../src/memory/recall/extracts.js";
import { sourceExcerpt, standingOf } from "../../../src/memory/recall/source-excerpt.js";
import {
  analyse,
  chooseTerms,
  distinctTerms,
  indexText,
  parseQuery,
} from "../../../src/memory/text/terms.js";
import { trimEndTo, trimTo, truncateUtf8 } from "../../../src/memory/text/truncate.js";
import { phraseFinder } from "../../../src/domain/phrases.js";
import { excerptFor } from "../../../src/memory/text/excerpt-for.js";
import { mentionsOf, plainJson, textOf as allTextOf } from "../../../src/erasures/mentions.js";
import { beginningOf } from "../../../src/memory/migration/compare.js";
import { findPii } from "../../../src/pii/detect/detect.js";
import { PII_KINDS } from "../../../src/pii/kinds.js";
import { marksIn, tokensIn, tokensOf } from "../../../src/pii/marks.js";
import { inspect } from "../../../src/pii/treat.js";
import { jsonText, storedText } from "../../../src/state/json-text.js";
import { parseJsonPath } from "../../../src/state/json-path.js";
import { hostileTexts, prose } from "../../support/adversarial.js";
import { countCpu } from "../../support/cpu/spent.js";
import { isLong } from "../../support/run/long.js";

const SIZE = 32 * 1024;
/** Of prose of the same size. */
const MULTIPLE = 15;
/** Milliseconds for prose. */
const COSTLY_MS = 10;
/** What a run that does nothing may be measured as; what takes the square of the size takes seconds. */
const NOISE_MS = 120;

const counter = await tokenCounter();
const { count } = counter;
const excerpt = (text: string) => ({ id: "1", at: 0, text });
const letters = /\p{L}/u;
const meter = { word: (word: string) => word.length, fragment: (part: string) => part.length, sign: () => 1 };

const saying = (content: string) => ({
  memory: { namespace: "ns", id: "1", content, key: null, archived: null, fact: null, valid_to: null },
});
const message = (content: string): Message => ({
  id: "1",
  number: 1,
  role: "user",
  content,
  timestamp: 0,
  appended_at: 0,
  source_agent: "a",
  memory_id: null,
  metadata: {},
  tokens: 10_000,
});

const unit = (content: string) => ({
  messages: [{ role: "user" as const, content }],
  numbers: [1],
  tokens: 10_000,
});

/** A text as msgpack: `str 32`. */
function packed(text: Buffer): Buffer {
  const head = Buffer.from([0xdb, 0, 0, 0, 0]);
  head.writeUInt32BE(text.length, 1);
  return Buffer.concat([head, text]);
}

/** By file and function: how a text reaches it. */
const TRIED: Readonly<Record<string, Readonly<Record<string, (text: string) => unknown>>>> = {
  "checkpointer/src/saver/fields.ts": { escapeField, unescapeField },
  "checkpointer/src/store/names.ts": { encodeLabel, decodeLabel, encodeKey, decodeKey },
  "checkpointer/src/store/text.ts": {
    cutTo: (text) => cutTo(text, 8 * 1024),
    textOf: (text) => textOf({ a: text }, ["$", text]),
  },
  "checkpointer/src/value/cut.ts": {
    costOf,
    toStored,
    fromStored: (text) => fromStored(`~${text}`),
    partsOf,
  },
  "checkpointer/src/value/text-form.ts": {
    toText: (text) => toText(JSON.stringify({ [text]: [text, 0.1] })),
    toJson: (text) => toJson(toText(JSON.stringify([text]))),
    endOfString: (text) => endOfString(JSON.stringify(text), 0),
  },
  "checkpointer/src/python/json.ts": {
    parsePython: (text) => parsePython("value", JSON.stringify([text, "1234567890123456"])),
  },
  "checkpointer/src/python/msgpack.ts": {
    decodeMsgpack: (text) => decodeMsgpack("value", packed(Buffer.from(text))),
  },
  "src/domain/cursor.ts": {
    cursorsOf: (text) => cursorsOf("list").read(Buffer.from(text).toString("base64url"), /^[^]*$/),
  },
  "src/access/keys/token.ts": { parseToken },
  "src/domain/exact-decimal.ts": { survivesAsDouble: (text) => survivesAsDouble(`1${text}`) },
  "src/domain/strict-json.ts": {
    readStrictJson: (text) => readStrictJson(JSON.stringify({ [text]: text })),
  },
  "src/domain/tokens.ts": {
    tokenCounter: async (text) => count(text) + (await counter.countInTurns(text)),
  },
  "src/domain/agent-name.ts": { agentProblem },
  "src/domain/visible.ts": { escapeInvisible, visibleJson, hasInvisible },
  "src/domain/phrases.ts": {
    phraseFinder: (text) => phraseFinder([text, `${text}x`, "graz"])(`${text} ${text}`),
  },
  "src/erasures/mentions.ts": {
    mentionsOf: (text) => mentionsOf(["graz", "maria huber"])(text),
    textOf: (text) => allTextOf({ [text]: [text] }),
    plainJson: (text) => plainJson({ [text]: [text] }),
  },
  "src/memory/migration/compare.ts": { beginningOf: (text) => beginningOf("a.b", text) },
  "src/pii/detect/detect.ts": {
    findPii: (text) => [
      findPii(text, new Set(PII_KINDS)),
      findPii(text, new Set(PII_KINDS), { label: text, region: "AT" }),
    ],
  },
  "src/pii/marks.ts": {
    marksIn,
    tokensIn,
    tokensOf: (text) => tokensOf({ [text]: [text, { [text]: text }] }),
  },
  "src/pii/treat.ts": {
    inspect: async (text) => {
      const policy = {
        actions: { email: "redact", phone: "redact" },
        state: false,
        region: undefined,
      } as const;
      const { pending } = await inspect(policy, { [text]: [text, `{"a":1,"b":"${text}"}`] });
      return pending(({ kind }) => kind);
    },
  },
  "src/embeddings/model-id.ts": { modelId: (text) => modelId(text, 384) },
  "src/embeddings/passages.ts": {
    splitPassages: (text) => splitPassages(text, meter, { maxTokens: 200, overlapTokens: 32 }),
  },
  "src/http/conditional.ts": { expectedVersion },
  "src/http/json-body.ts": {
    parseJsonBody: (text) => parseJsonBody(JSON.stringify({ content: text }), "json"),
  },
  "src/http/problem.ts": { fieldName: (text) => fieldName([text, 1]) },
  "src/http/openapi/primitives.ts": { text: (text) => textSchema(SIZE).safeParse(text) },
  "src/log.ts": { describeError: (text) => describeError(new Error(text)) },
  "src/memory/text/asked.ts": {
    askedIn,
    embeddedPart,
    queryWithin: (text) => queryWithin(text, 8192),
  },
  "src/memory/remember/interaction-text.ts": {
    interactionText: (text) =>
      interactionText({
        input: text,
        reasoning: text,
        response: text,
        tool_calls: [{ name: text, result: text }],
      }),
  },
  "src/memory/text/dates/order-asked.ts": { orderAsked },
  "src/memory/text/dates/read-dates.ts": { readDates: (text) => readDates(text, Date.UTC(2024, 4, 15)) },
  "src/mcp/reference/statements.ts": {
    keptType: (text) => keptType(text, text),
    keptObservation: (text) => keptObservation(text, text),
    keptRelation: (text) => keptRelation({ from: text, to: text, relationType: text }),
    observationContent: (text) => observationContent(text, text),
    observationIn: (text) => observationIn(text, `${text}: ${text}`),
    isFactName,
    relationKey: (text) => relationKey({ from: text, to: text, relationType: text }),
    statementKey: (text) => statementKey({ subject: text, predicate: text, object: text }),
    shortName,
    hashedRef: (text) => hashedRef(text, text),
  },
  "src/memory/text/lines.ts": {
    fitLines: (text) => fitLines(text.split("\n")),
    line: (text) => line(text, { [text]: text }),
  },
  "src/memory/text/asking-share.ts": { askingShare },
  "src/memory/model/parts.ts": {
    setOfKey: (text) => setOfKey(`~part.${text}.1`),
    setOfPart: (text) => setOfPart({ key: `~part.${text}.1`, metadata: { "mneme:part": text } }),
    setOfItem: (text) => setOfItem({ key: text, metadata: { "mneme:value": "json", set: text } }),
    partKeysOf: (text) =>
      partKeysOf({ key: text, metadata: { "mneme:value": "json", set: text, parts: 512 } }),
  },
  "src/memory/text/speaker-asked.ts": { speakerAsked: (text) => speakerAsked(text, new Set([text, "user"])) },
  "src/memory/text/without-frame.ts": { withoutFrame },
  "src/memory/text/claims.ts": { claimsOf, denialsIn },
  "src/memory/conditions/date.ts": { dateOf },
  "src/memory/consolidation/language/contradictions.ts": {
    contradictionsOf: (text) => contradictionsOf([excerpt(text), excerpt(`${text}x`)]),
  },
  "src/memory/consolidation/language/feedback-of.ts": {
    feedbackOf: (text) => feedbackOf({ feedback: { comment: text, rating: text, more: [text, text] } }),
  },
  "src/memory/consolidation/language/ground.ts": {
    groundSummary: (text) =>
      groundSummary({ statements: [{ text: text.slice(0, 600), sources: [0] }] }, [excerpt(text)]),
    groundFacts: (text) =>
      groundFacts(
        [{ subject: text, predicate: text, object: text, confidence: 1, source: 0 }],
        [excerpt(text)],
      ),
  },
  "src/memory/text/help-asked.ts": { asksForHelp },
  "src/memory/text/instructs.ts": { instructs },
  "src/memory/text/standing-rule.ts": { isStandingRule },
  "src/memory/consolidation/language/pattern-facts.ts": {
    patternFacts: (text) => patternFacts([excerpt(text), excerpt(`User: ${text}`)]),
  },
  "src/memory/consolidation/language/procedures.ts": {
    learnProcedures: (text) =>
      learnProcedures(
        [1, 2, 3].map((at) => ({
          id: String(at),
          source_agent: "w",
          agent_id: null,
          input: text,
          feedback: text,
          positive: true,
          tools: [text],
          at,
        })),
        { least: 3 },
      ),
  },
  "src/memory/text/speakers.ts": {
    saidIn,
    firstSpeaker,
    isQuestion,
    isConditional,
    lineOf: (text) => lineOf({ speaker: text, by: "person", sentence: text }),
  },
  "src/memory/consolidation/execute/schedule.ts": {
    problemOf: (text) => problemOf({ schedule: text.slice(0, 256), time_zone: "UTC" }, 0),
  },
  "src/memory/consolidation/language/sentences.ts": {
    chooseSentences: (text) => chooseSentences([excerpt(text), excerpt(`${text}x`)], { share: 0.5, count }),
  },
  "src/memory/text/wording.ts": { wordingOf },
  "src/memory/text/chain-asked.ts": { chainAsked },
  "src/memory/model/facets.ts": { tagFacet, objectFacet },
  "src/memory/model/fact.ts": {
    factContent: (text) => factContent({ subject: text, predicate: text, object: text }),
    factIdentity: (text) =>
      factIdentity(
        { subject: text, predicate: text, object: text },
        { content: text, from: undefined, to: undefined },
      ),
  },
  "src/domain/normalise-name.ts": { normaliseName },
  "src/memory/model/names.ts": { possibleNames, possibleRuns },
  "src/memory/text/folds.ts": { foldsOf, syllablesOf, folded },
  "src/memory/text/looked-at.ts": {
    lookedAt,
    piecesOf: (text) => [...piecesOf(text)],
    plainText,
  },
  "src/memory/text/held-terms.ts": { heldTerms: (text) => heldTerms(text, ["graz", "a", "é"]) },
  "src/memory/text/language/function-words.ts": { isFunctionWord: (text) => isFunctionWord(text, "de") },
  "src/memory/text/language/language-of.ts": { languageOf },
  "src/memory/text/language/stems.ts": {
    stem: (text) => text.split(" ").map((word) => [stem(word), stem(word, "pt"), stem(word, "tr")]),
  },
  "src/memory/text/normalised.ts": { normalisedTooLong: (text) => normalisedTooLong("content", text) },
  "src/memory/embedding/preceding.ts": { contextFor, withContext: (text) => withContext(text, text) },
  "src/memory/sessions/shorten.ts": {
    shortenUnit: (text) => shortenUnit(counter, unit(text), 500),
    shortenTurns: (text) => shortenTurns(counter, [unit(text), unit(text)], 500),
  },
  "src/memory/sessions/summarise.ts": {
    summarise: (text) => summarise({ summary: null, messages: [message(text)] }, undefined, count),
  },
  "src/memory/text/sentences.ts": { sentencesIn },
  "src/memory/sessions/transcript.ts": {
    sentencesOf: (text) => sentencesOf([message(text)]),
    transcriptOf: (text) => transcriptOf([message(text)]),
  },
  "checkpointer/src/middleware/context.ts": { queryOf },
  "src/memory/recall/duplicates.ts": {
    // Texts of one beginning and of a length at which they are compared by their wording.
    withoutDuplicates: (text) =>
      withoutDuplicates(
        ["", " ", "!"].flatMap((end) =>
          Array.from({ length: 8 }, (_, at) => saying(`${text.slice(at * 3900, (at + 1) * 3900)}${end}`)),
        ),
      ),
  },
  "src/memory/recall/relations-asked.ts": {
    predicatesAsked,
    wordsAsked,
    distanceFrom: (text) => wordsAsked(text).map((word) => distanceFrom({ first: 1, last: 2 }, word)),
  },
  "src/memory/recall/excerpt-within.ts": {
    excerptWithin: async (text) => excerptWithin(["graz", "x"], text, 64, await tokenCounter()),
  },
  "src/memory/recall/sentence.ts": { spoken, written, sentenceTexts },
  "src/memory/recall/extracts.ts": { replaces: (text) => replaces(standingOf(text), text) },
  "src/memory/recall/source-excerpt.ts": {
    sourceExcerpt: (text) => sourceExcerpt(["graz", "x"], text, standingOf("Something else.")),
    standingOf: (text) => standingOf(text).terms(),
  },
  "src/memory/text/terms.ts": {
    analyse,
    indexText,
    distinctTerms,
    parseQuery,
    chooseTerms: (text) => chooseTerms(parseQuery(text), (term) => term.length),
  },
  "src/memory/text/excerpt-for.ts": { excerptFor },
  "src/memory/text/truncate.ts": {
    truncateUtf8: (text) => truncateUtf8(text, 1000),
    trimTo: (text) => trimTo(text, letters),
    trimEndTo: (text) => trimEndTo(text, letters),
  },
  "src/state/json-text.ts": {
    jsonText: (text) => jsonText("value", { [text]: [text, 0.1] }),
    storedText: (text) => storedText(JSON.stringify({ [text]: [text, 0.1] })),
  },
  "src/state/json-path.ts": { parseJsonPath: parseJsonPath },
};

/** Files, or functions in them, that get no caller's text of more than a few hundred characters, and why. */
const EXEMPT: Readonly<Record<string, string | readonly string[]>> = {
  "src/memory/recall/sentence.ts": ["textOf", "shared"],
  "src/memory/recall/extracts.ts": ["isExtract"],
  "src/memory/recall/without-said.ts": "analyses the contents of hits, each once",
  "src/memory/recall/rerank-hits.ts": "excerptWithin reads the texts; a model judges them",
  "src/memory/recall/walk-links.ts":
    "a part of a verb: works with the store; wordsAsked and chainAsked read the question",
  "src/memory/browse/list.ts": "a verb: works with the store",
  "src/memory/browse/list-many.ts": "a verb: works with the store",
  "src/memory/browse/list-namespaces.ts": "a verb: works with the store",
  "src/memory/facts/get-entity.ts": "a verb: works with the store",
  "src/memory/facts/profile.ts": "a verb: works with the store",
  "checkpointer/src/python/items.ts": "works with Redis",
  "checkpointer/src/python/json.ts": ["bigInteger"],
  "checkpointer/src/python/keys.ts": "works with Redis",
  "checkpointer/src/python/threads.ts": "works with Redis; parsePython and decodeMsgpack read the values",
  "src/memory/write/version-done.ts": "a part of a verb: works with the store",
  "checkpointer/src/copy/copy-store.ts": "names of a store that the operator copies",
  "checkpointer/src/connect.ts": "the operator's URL",
  "checkpointer/src/several.ts": "the operator's URL",
  "checkpointer/src/error-replies.ts": "Redis's replies",
  "checkpointer/src/saver/fields.ts": ["namespaceField", "namespaceOfField", "channelNamed"],
  "checkpointer/src/saver/list-threads.ts": "works with Redis",
  "checkpointer/src/options.ts": "the developer's options",
  "checkpointer/src/middleware/options.ts": "the developer's options",
  "checkpointer/src/middleware/context.ts": ["createContexts"],
  "src/client/src/client.ts": "the caller's own requests",
  "src/client/src/events.ts": "works with the service",
  "src/client/src/options.ts": "the developer's options",
  "src/client/src/send.ts": "works with the service",
  "checkpointer/src/store/names.ts": ["encodeNamespace", "decodeNamespace", "patternBelow"],
  "checkpointer/src/store/options.ts": "the developer's options",
  "src/access/entry.ts": "ids that Redis made",
  "src/archive/bucket.ts": "the operator's address",
  "src/domain/redis-url.ts": "the operator's URL",
  "src/memory/archive/segment.ts": "compresses and hashes; whole segments are tried in test/memory/archive",
  "src/access/keys/authenticate.ts": "looks at 256 characters of a header",
  "src/access/keys/list-keys.ts": "works with Redis",
  "src/access/keys/token.ts": ["newSecret", "formatToken", "hashSecret", "matchesSecret"],
  "src/backup/chain.ts": "looks at the last 28 characters of a line, and hashes the rest",
  "src/config.ts": "the operator's environment",
  "src/embeddings/local/unigram.ts": "the model's tokenizer file; its encoding is tried in test/embeddings",
  "src/embeddings/local/wordpiece.ts": "the model's tokenizer file; its encoding is tried in test/embeddings",
  "src/embeddings/openai/openai-embedder.ts": "works with a provider",
  "src/embeddings/passages.ts": ["passageSizes"],
  "src/http/conditional.ts": ["etagOf", "preconditionOf"],
  "src/http/router/methods.ts": "the router's own paths",
  "src/http/problem.ts": ["describeProblem", "respondProblem", "invalidRequest"],
  "src/http/openapi/primitives.ts": [
    "iso",
    "integerParameter",
    "defaultInteger",
    "orNull",
    "nonBlank",
    "pathText",
  ],
  "src/http/namespaces/schemas.ts": "numbers",
  "src/http/responses/stored-file.ts": "files of ours",
  "src/llm/tracing.ts": "a setting",
  "src/memory/trust/agents.ts": "names that were checked",
  "src/erasures/pseudonymise.ts": "entries of the audit trail",
  "src/http/router/create-router.ts": "the service's own routes",
  "src/http/router/validate.ts": "the service's own schemas",
  "src/mcp/remote-api.ts": "the operator's URL",
  "src/embeddings/model-id.ts": ["dimensionsOf"],
  "src/pii/detect/addresses.ts": "a part of findPii, which is tried",
  "src/pii/detect/cards.ts": "a part of findPii, which is tried",
  "src/pii/detect/emails.ts": "a part of findPii, which is tried",
  "src/pii/detect/found.ts": "a part of findPii, which is tried",
  "src/pii/detect/ibans.ts": "a part of findPii, which is tried",
  "src/pii/detect/national-ids.ts": "a part of findPii, which is tried",
  "src/pii/detect/number-runs.ts": "a part of findPii, which is tried",
  "src/pii/detect/phones.ts": "a part of findPii, which is tried",
  "src/pii/detect/secrets.ts": "a part of findPii, which is tried",
  "src/pii/marks.ts": ["redactionMark", "tokenMark"],
  "src/pii/treat.ts": ["treat", "countsOf", "keepShown"],
  "src/memory/text/lines.ts": ["fairShare"],
  "src/memory/text/claims.ts": ["sameClaims"],
  "src/memory/consolidation/language/pattern-facts.ts": ["isSingle"],
  "src/memory/consolidation/execute/schedule.ts": ["nextTime"],
  "src/memory/model/facets.ts": [
    "typeFacet",
    "agentFacet",
    "sessionFacet",
    "belowFacet",
    "oldBelowFacet",
    "oldNamespace",
    "metadataFacet",
    "subjectFacet",
    "predicateFacet",
    "facetsOf",
    "eachFacet",
  ],
  "src/memory/text/normalised.ts": ["refuseTooLong"],
  "src/memory/text/terms.ts": ["hasTooMany", "termsToCompare", "toGuess"],
  "src/state/exact-number.ts": "numbers",
  "src/state/json-path.ts": ["writeStep"],
  "src/state/json-text.ts": ["inexactArray"],
};
/** Adapters between the outside and the functions above. */
const ADAPTERS = [
  /^src\/redis\//,
  /^src\/http\/(?:\w+\/(?:[\w-]+-)?routes\.ts$|middleware\/)/,
  /^src\/compose\//,
  // Runs in the browser of the person whose texts it shows.
  /^src\/explorer\/web\//,
];
/** A verb takes its services first, and leaves text to the functions above. */
const VERB =
  /^\s*(?:services|context|\{[^}]*\}): (?:\w*(?:Services|Context)\b|(?:\w*Using|Pick)<|\w+ing(?:WithReceipt)?\b)/;
const VERBS_WITHOUT_SERVICES = new Set(["momentOf", "readableNamespaces", "profileText"]);

const USES_PATTERNS =
  /\.(?:match|matchAll|replace|replaceAll|split|test|exec|search|normalize|segment)\(|new RegExp\(/;
const EXPORTED =
  /^export (?:async )?function\*? (\w+)(?:<[^(]*>)?\(([^]*?)\)[:;]? |^export const (\w+)(?:: [^=]*)? = (?:async )?\(/gm;
const ROOT = join(import.meta.dirname, "..", "..", "..");

function exportedTextFunctions(): string[] {
  const files = ["src", "checkpointer/src"].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts") && !file.includes("/dist/"))
      .map((file) => `${folder}/${file}`),
  );
  return files.flatMap((file) => {
    const source = readFileSync(join(ROOT, file), "utf8");
    if (!USES_PATTERNS.test(source) || ADAPTERS.some((folder) => folder.test(file))) return [];
    return [...source.matchAll(EXPORTED)]
      .filter(([, name = "", parameters = ""]) => !VERB.test(parameters) && !VERBS_WITHOUT_SERVICES.has(name))
      .map(([, name, , constant]) => `${file} ${name ?? constant}`);
  });
}

test("each exported function of a file that works on text is tried below, or says why it needn't be", () => {
  const known = new Set(
    Object.entries(TRIED).flatMap(([file, functions]) =>
      Object.keys(functions).map((name) => `${file} ${name}`),
    ),
  );
  const missing = exportedTextFunctions().filter((each) => {
    const [file = "", name = ""] = each.split(" ");
    const exempt = EXEMPT[file];
    return !known.has(each) && typeof exempt !== "string" && exempt?.includes(name) !== true;
  });
  expect(missing).toEqual([]);
  expect(known.size).toBeGreaterThan(50);
});

test("each function that is tried or exempt is exported by the file that it is listed under", () => {
  const listed = [
    ...Object.entries(TRIED).flatMap(([file, tried]) => Object.keys(tried).map((name) => [file, name])),
    ...Object.entries(EXEMPT).flatMap(([file, names]) =>
      typeof names === "string" ? [[file, ""]] : names.map((name) => [file, name]),
    ),
  ];
  const absent = listed.filter(([file = "", name = ""]) => {
    const path = join(ROOT, file);
    if (!existsSync(path)) return true;
    const exported = new RegExp(`^export (?:async )?(?:function\\*?|const) ${name}\\b`, "m");
    return name !== "" && !exported.test(readFileSync(path, "utf8"));
  });
  expect(absent).toEqual([]);
});

const functions = Object.values(TRIED).flatMap((each) => Object.entries(each));

describe("32 KiB of hostile text takes a small multiple of the time of prose", () => {
  test.each(functions)("in %s", async (_, work) => {
    const text = prose(SIZE);
    await timeOf(work, text);
    const usual = Math.max(await timeOf(work, text), await timeOf(work, text));
    const slow: string[] = [];
    const texts = [...hostileTexts(SIZE)];
    // A function that takes long for prose takes long for each: other than in the long form, half of them are drawn.
    const drawn = isLong || usual < COSTLY_MS ? texts : texts.filter(() => Math.random() < 0.5);
    for (const [name, hostile] of drawn) {
      let time = await timeOf(work, hostile);
      let beside = usual;
      for (let again = 0; again < 4 && time > MULTIPLE * beside + NOISE_MS; again++) {
        // A processor that others share is slower for a while, so prose is measured again beside it. And what was measured
        // while the collector ran, or the function was compiled again, isn't its own time.
        beside = Math.max(beside, await timeOf(work, text));
        time = Math.min(time, await timeOf(work, hostile));
      }
      if (time > MULTIPLE * beside + NOISE_MS)
        slow.push(`${name}: ${time.toFixed(0)} ms, prose ${beside.toFixed(1)} ms`);
    }
    expect(slow).toEqual([]);
  });
});

async function timeOf(work: (text: string) => unknown, text: string): Promise<number> {
  const spent = countCpu();
  try {
    await work(text);
  } catch {
    // A refusal is an answer.
  }
  return spent();
}
