import { z } from "@hono/zod-openapi";
import {
  budgetMs,
  embedding,
  embeddingModel,
  memoryId,
  memoryType,
  namespacePattern,
  nonBlank,
  text,
  time,
} from "../openapi/primitives.js";
import { LIMITS } from "../../domain/limits.js";
import { memoryFilter } from "../memories/filter-schema.js";
import { ANSWERABLE } from "../../memory/recall/relevance.js";
import { memoryView } from "../memories/schemas.js";
import { trustPartsView } from "../memories/feedback-schemas.js";

const weight = z.number().min(0).max(1000);

const fusion = z
  .discriminatedUnion("method", [
    z.strictObject({ method: z.literal("auto") }),
    z.strictObject({
      method: z.literal("rrf"),
      k: z.number().min(1).max(1000).default(60),
      weights: z
        .strictObject({
          keyword: weight.default(1),
          vector: weight.default(1),
          entities: weight
            .default(1)
            .openapi({ description: "Weight of the entity list; only with `expand`." }),
        })
        .default({ keyword: 1, vector: 1, entities: 1 }),
    }),
  ])
  .default({ method: "auto" })
  .openapi({
    description: "How the keyword and vector lists are fused. `auto` adds their scores, each scaled to 0..1.",
  });

export const rerankDepth = z.int().min(1).max(LIMITS.rerankDepth);

const rerank = z.strictObject({
  depth: rerankDepth.default(20).openapi({ description: "Number of first hits that are reordered." }),
});

const expand = z.union([
  z.enum(["entities", "none"]),
  z.strictObject({
    hops: z.int().min(1).max(LIMITS.linkHops).openapi({ description: "Number of hops along facts." }),
  }),
]);

const recency = z.strictObject({
  half_life_days: z.number().min(0.001).max(36_500).default(30),
  weight: z.number().min(0).max(1),
});

export const recallRequest = z
  .strictObject({
    query: nonBlank(LIMITS.queryBytes).openapi({ example: "Which account does the customer have?" }),
    embedding: embedding.optional(),
    embedding_model: embeddingModel.optional(),
    namespaces: z.array(namespacePattern).min(1).max(LIMITS.recallNamespaces).openapi({
      description:
        "Namespaces or patterns such as `acme.shared.**` to search, limited to what you may read. With `merge` scores, several are searched together like one pattern, and their order has no effect.",
    }),
    merge: z.enum(["scores", "rrf"]).default("scores").openapi({
      description:
        "How the results of several `namespaces` are merged. `scores`: searched together and ranked by one score. `rrf`: searched separately and merged by reciprocal rank fusion (k = 60), so that the best hit of each namespace ranks high; equal ranks keep the order of the request.",
    }),
    memory_types: z.array(memoryType).min(1).optional(),
    filter: memoryFilter.optional(),
    limit: z.int().min(1).max(LIMITS.recallLimit).default(10),
    mode: z.enum(["hybrid", "vector", "keyword"]).default("hybrid"),
    fusion,
    min_score: z.number().optional().openapi({
      description:
        "Minimum score. It is compared with the score before times, sessions, recency, trust and outcomes change it.",
    }),
    min_relevance: z.number().min(0).max(1).optional().openapi({
      description:
        "Minimum `relevance`. Less relevant hits are replaced by the next candidates, at most 100 per list. If too few remain, fewer than `limit` hits are returned.",
    }),
    min_trust: z.number().min(0).max(1).optional().openapi({
      description:
        "Minimum trust. Less trusted hits are replaced by the next candidates, at most 100 per list (with `merge` rrf, per entry of `namespaces`). If too few remain, fewer than `limit` hits are returned.",
    }),
    trust_weight: z.number().min(0).max(1).optional().openapi({
      description:
        "Weight of trust in the ranking: score + |score| × trust_weight × (2 × trust − 1). Default: 0.01; 0 with `fusion` rrf or a `mode` other than hybrid.",
    }),
    outcome_weight: z.number().min(0).max(1).optional().openapi({
      description:
        "Weight of a procedure's outcomes in the ranking: score + |score| × outcome_weight × gain. The gain ranges from −1 (always fails) to 1 (always works). Default: 0.1; 0 with `fusion` rrf or a `mode` other than hybrid. See docs/lifecycle.md.",
    }),
    time_weight: z.number().min(0).max(1).optional().openapi({
      description:
        "Weight of the time that the query names (a date, a month, `last week`; relative to `as_of` or now): up to this much is added to the score of a memory whose `timestamp` is within or near it. A tenth of it counts if the query asks for the latest or the earliest. Default: 0.5; 0 with `fusion` or `merge` rrf or a `mode` other than hybrid, whose scores have other scales: there, a weight is added as it is.",
    }),
    session_weight: z.number().min(0).max(1).optional().openapi({
      description:
        "Weight of a hit's session: up to this share of the score of the session's best other hit is added, a turn that asks loses up to this share of its score, and the turn after it gets up to twice of it. Default: 0.2; 0 with `fusion` or `merge` rrf or a `mode` other than hybrid.",
    }),
    speaker_weight: z.number().min(0).max(1).optional().openapi({
      description:
        "Weight of the speaker that the query is about: this is added to the score of a memory that begins with the words of a person whom the query names (`Ann: …`), and one and a half times as much to the user's (`User: …`) if the query says `I` or `my`, or to the assistant's if it asks what that one said. Default: 0.1; 0 with `fusion` or `merge` rrf or a `mode` other than hybrid.",
    }),
    recency: recency.optional().openapi({
      description:
        "Weight of age in the ranking: (1 − weight) × relevance + weight × 2^(−age of `timestamp` / half-life), where relevance is the score normalised to 0..1. Defaults to MNEME_RECENCY_WEIGHT (0: off).",
    }),
    as_of: time.optional().openapi({
      description:
        "Point in recorded time: recalls memories that were recorded by then and not yet superseded. Default: now.",
    }),
    valid_at: z
      .union([time, z.literal("any")])
      .optional()
      .openapi({
        description: "Point in valid time; `any`: regardless of valid time. Defaults to `as_of`.",
      }),
    touch: z.boolean().default(true).openapi({
      description:
        "Whether to count the hits as used, which extends the life of decaying memories (docs/lifecycle.md). No effect with `as_of`.",
    }),
    include_archive: z.boolean().default(false).openapi({
      description:
        "Whether to read the whole contents of archived hits from the archive. They are found by their words in any case; without it, their `content` is its beginning. What can't be read within two seconds stays so, and `degraded` says `archive`.",
    }),
    budget_tokens: z.int().min(LIMITS.budgetTokens).max(LIMITS.contextTokens).optional().openapi({
      description:
        "The most tokens (o200k_base) that the `content` and `excerpt` of all hits take together. Each hit is whole, or in `omitted`. If the best one doesn't fit, its `content` is shortened to the sentences that fit the query best, and `content_complete` is false.",
    }),
    budget_ms: budgetMs.optional().openapi({
      description:
        "Time for the answer, in milliseconds. What isn't there by then is omitted, and `degraded` names it. Without it, a recall waits up to 3 seconds for an embedding provider, and for Redis as long as other requests do.",
    }),
    context_turns: z.int().min(0).max(LIMITS.contextTurns).default(0).openapi({
      description:
        "Turns of the same session before and after a hit that ride along in its `turns`: of the first 10 hits, under the same rules as hits (filter, trust, time). Within `budget_tokens` they get what the hits leave.",
    }),
    duplicates: z.enum(["group", "keep"]).default("group").openapi({
      description:
        "What happens to hits that say the same, in one namespace or several: `group` shows the best, whose `also` names the others, and the next hits take their places; `keep` shows each. Items are always shown each.",
    }),
    rerank: rerank.optional().openapi({
      description:
        "Has the configured reranker order the first `depth` hits: it reads the query with each text. `score` stays as it was. Without a reranker, or if it fails or isn't there within `budget_ms`, the hits keep their order, and `degraded` names `rerank`. See docs/recall.md.",
    }),
    expand: expand.optional().openapi({
      description:
        "`entities`: adds the facts about entities named in the query as a third list. `{ hops }`: walks that many hops along facts from there, towards the relations that the query names. `none`: neither. Default: `{ hops: 3 }` for a question that names two relations or more (in English: `the sister of Anna's manager`), else `none`. Hybrid recall only. See docs/time.md.",
    }),
    explain: z.boolean().default(false),
    receipt: z.boolean().optional().openapi({
      description:
        "Whether to store a receipt of the query and its results, for GET /v1/receipts/{id}. Default: for the share of recalls that the namespace's setting `receipts.share` gives; all, if it isn't set. Namespaces whose `retention.receipts_seconds` is 0 store none.",
    }),
    thread_id: text(LIMITS.threadIdBytes)
      .optional()
      .openapi({ description: "LangGraph thread of the caller, stored in the receipt." }),
    checkpoint_id: text(LIMITS.threadIdBytes)
      .optional()
      .openapi({ description: "LangGraph checkpoint of the caller, stored in the receipt." }),
  })
  .openapi("RecallRequest");

const contribution = z
  .object({
    rank: z.int(),
    score: z.number().openapi({
      description: "The retriever's own score: cosine similarity in the vector list, else BM25.",
    }),
    adds: z.number(),
  })
  .nullable()
  .openapi({
    description:
      "Rank in the list, the retriever's own score, and the amount added to the hit's score; null: not in the list.",
  });

export const relevance = z.number().openapi({
  description:
    "Absolute fit of the memory to the query, from 0 to 1, independent of other hits. It combines the share of the query's rare words in the text and the calibrated similarity. See docs/recall.md.",
});

export const answerable = z.boolean().openapi({
  description: `Hint: whether any hit has a \`relevance\` of at least ${ANSWERABLE}. \`false\`: the hits are probably off topic.`,
});

export const alsoView = z.array(z.object({ namespace: z.string(), id: memoryId }));

export const hitView = z.object({
  memory: memoryView,
  score: z.number(),
  relevance,
  ranks: z.object({
    keyword: z.int().nullable(),
    vector: z.int().nullable(),
    entities: z.int().nullable().optional().openapi({
      description: "Rank in the entity list, from 1; null: not in the list. Only with `expand`.",
    }),
  }),
  also_in: z.array(z.string()).optional().openapi({
    description: "Other searched namespaces that hold this memory as its origin or as a published copy.",
  }),
  also: alsoView.optional().openapi({
    description:
      "Other hits that say the same, at most 16: in place of which this one is shown. See `duplicates`.",
  }),
  turns: z
    .array(
      z.object({
        offset: z.int().openapi({ description: "Turns after the hit; negative: before it." }),
        memory: memoryView,
      }),
    )
    .optional()
    .openapi({ description: "Turns of the hit's session around it, in order. Only with `context_turns`." }),
  via: memoryId.optional().openapi({
    description:
      "Id of the superseded source that matched the query, in place of which this memory is returned. See docs/lifecycle.md, Consolidation.",
  }),
  excerpt: z.string().nullable().optional().openapi({
    description:
      "With `via`: up to two sentences of the source, one per line. They hold query words that this memory lacks; if this memory says nothing of the source, they are the sentences that match the query best. null: nothing is missing.",
  }),
  explain: z
    .object({
      keyword: contribution,
      vector: contribution,
      relevance: z.object({ coverage: z.number().nullable(), similarity: z.number().nullable() }).openapi({
        description:
          "Share of the query's rare words in the text, and calibrated similarity; null if unknown.",
      }),
      trust: trustPartsView.extend({
        trust: z.number(),
        adds: z.number().openapi({ description: "Amount added to the score; may be negative." }),
      }),
      outcomes: z
        .object({ successes: z.int(), failures: z.int(), strength: z.number(), adds: z.number() })
        .optional()
        .openapi({
          description:
            "Outcomes of a procedure: the lower bound of its success rate, and the amount added to the score.",
        }),
      time: z
        .object({
          nearness: z
            .number()
            .describe(
              "How near the memory's timestamp is to the time or to the end that the query names, 0 to 1.",
            ),
          adds: z.number().describe("Amount added to the score."),
        })
        .optional()
        .openapi({
          description:
            "Nearness of the memory's `timestamp` to the time that the query asks for (0..1), and the amount added to the score.",
        }),
      session: z
        .object({
          best: z.number().describe("Score of the best other hit of the memory's session."),
          adds: z.number().describe("Amount added to the score."),
        })
        .optional()
        .openapi({
          description:
            "Score of the best other hit of the same session, and the amount added to this hit's score.",
        }),
      question: z
        .object({
          asks: z.number().describe("Share of the memory's text that are short questions, 0 to 1."),
          answers: memoryId.nullable().describe("Id of the hit that asks right before it; null: none."),
          adds: z.number().describe("Amount added to the score; negative for a question."),
        })
        .optional()
        .openapi({
          description:
            "Share of the memory's text that asks, the question that it follows, and the amount added to the score. Only for memories that ask or follow a hit that does.",
        }),
      speaker: z
        .object({
          name: z.string().describe("`user`, `assistant`, or the speaker's name in lower case."),
          adds: z.number().describe("Amount added to the score."),
        })
        .optional()
        .openapi({
          description:
            "The speaker of the memory, and the amount added to the score. Only for memories of the speaker whom the query is about.",
        }),
      rule: z
        .object({
          rank: z.int().describe("1."),
          score: z.number().describe("Cosine similarity to the query."),
          adds: z.number().describe("Amount added to the score."),
        })
        .optional()
        .openapi({
          description:
            "The amount added to the score of the user's standing rule that is nearest to a query which asks for help.",
        }),
      recency: z
        .object({ score: z.number(), relevance: z.number(), age_days: z.number(), recency: z.number() })
        .optional()
        .openapi({ description: "Raw score, normalised score (0..1) and recency score." }),
      rerank: z
        .object({
          score: z.number().describe("The reranker's score, on its own scale."),
          from: z.int().describe("Rank before, from 1."),
        })
        .optional()
        .openapi({ description: "With `rerank`: the reranker's score, and the rank before it." }),
      entities: contribution.optional(),
      lists: z
        .array(z.object({ namespaces: z.string(), rank: z.int(), adds: z.number() }))
        .optional()
        .openapi({
          description: "With `merge` rrf: rank in the list of each entry of `namespaces`.",
        }),
    })
    .optional(),
});

const omittedHit = z.object({
  namespace: z.string(),
  id: memoryId,
  score: z.number(),
  relevance,
  tokens: z.int().openapi({ description: "Tokens that the hit would have taken." }),
});

export const degraded = z.array(
  z.enum(["keyword", "vector", "ranking", "hits", "rerank", "archive", "turns", "receipt"]),
);

export const termsLeftOut = z.array(z.string()).openapi({
  description:
    "Words of a long query that keyword search ignored, whether or not a memory holds them. It uses at most 24 words: those of questions first, then the rarest in the searched namespaces. Empty for shorter queries.",
});

const namedTime = z.object({
  text: z.string(),
  ranges: z
    .array(z.object({ from: z.string(), to: z.string() }))
    .openapi({ description: "Half-open ranges. Several: the year or the order of day and month is open." }),
});

const walkedHop = z.object({
  facts: z.int().openapi({ description: "Facts about the entities that the hop begins at." }),
  read: z.int().openapi({
    description: "Those of them that were read: the latest, and first those that the question names.",
  }),
});

export const recallResponse = z
  .object({
    hits: z.array(hitView),
    answerable,
    omitted: z.array(omittedHit).optional().openapi({
      description: "Hits that `budget_tokens` left no room for, best first. Only with `budget_tokens`.",
    }),
    tokens: z.int().optional().openapi({
      description: "Tokens of the contents and excerpts of `hits`. Only with `budget_tokens`.",
    }),
    degraded: degraded.openapi({
      description:
        "What was unavailable, or not there within `budget_ms`: retrievers (`keyword`, `vector`), `ranking` (what times, sessions and links add to scores; also where a chain passes an entity with more facts than a hop reads), `hits` (found, but not read in time), `rerank` (the reranker's order), `turns` (those around hits), `receipt` (not stored in time), and `archive`, where `include_archive` asked for it.",
    }),
    terms_left_out: termsLeftOut,
    receipt_id: memoryId
      .nullable()
      .openapi({ description: "Id of the stored receipt; null if none was stored." }),
    explain: z
      .object({
        mode: z.string(),
        fusion: z.string(),
        terms: z.array(z.string()),
        phrases: z.array(z.string()),
        times: z.array(namedTime).openapi({ description: "Times that the query names, and that count." }),
        order: z.enum(["newest", "oldest"]).nullable().openapi({
          description: "Whether the query asks for the newest or the oldest memories; null: neither.",
        }),
        hops: z.array(walkedHop).openapi({
          description:
            "What each hop along chains of facts read. If it is less than all facts about the hop's entities, `degraded` names `ranking`. Empty if no chain was walked.",
        }),
      })
      .optional(),
  })
  .openapi("RecallResponse");

export type RecallRequest = z.output<typeof recallRequest>;
