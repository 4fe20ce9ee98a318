import { z } from "@hono/zod-openapi";
import {
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
          entities: weight.default(1).openapi({ description: "With `expand`." }),
        })
        .default({ keyword: 1, vector: 1, entities: 1 }),
    }),
  ])
  .default({ method: "auto" })
  .openapi({ description: "How both lists become one. `auto` is described in docs/recall.md." });

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
        "Namespaces, or patterns such as `acme.shared.**`, of which what the caller may read is searched. Several are searched together, as one pattern would be; their order means nothing.",
    }),
    merge: z.enum(["scores", "rrf"]).default("scores").openapi({
      description:
        "How several entries of `namespaces` are joined. `scores`: searched together and ranked by one score. `rrf`: each searched by itself and merged by reciprocal rank fusion (k = 60), so that the best hit of each comes up however well others fit; equal ranks keep the order of the request.",
    }),
    memory_types: z.array(memoryType).min(1).optional(),
    filter: memoryFilter.optional(),
    limit: z.int().min(1).max(LIMITS.recallLimit).default(10),
    mode: z.enum(["hybrid", "vector", "keyword"]).default("hybrid"),
    fusion,
    min_score: z
      .number()
      .optional()
      .openapi({ description: "Of the score before trust and outcomes add to it." }),
    min_relevance: z.number().min(0).max(1).optional().openapi({
      description:
        "A filter, never relaxed: hits of a lower `relevance` are left out, and the next take their place as deep as the lists go.",
    }),
    min_trust: z.number().min(0).max(1).optional().openapi({
      description:
        "A filter, never relaxed: what is trusted less is left out, and the next take its place as deep as the lists go (100 each; with `merge` rrf for each entry of `namespaces`).",
    }),
    trust_weight: z.number().min(0).max(1).optional().openapi({
      description:
        "How much trust counts in the order: score + |score| × trust_weight × (2 × trust - 1). 0.01 unless given; 0 with `fusion` rrf or a `mode` other than hybrid.",
    }),
    outcome_weight: z.number().min(0).max(1).optional().openapi({
      description:
        "How much a procedure's outcomes count in the order: score + |score| × outcome_weight × gain, from -1 for one that always fails to 1 for one that always works. 0.1 unless given; 0 with `fusion` rrf or a `mode` other than hybrid. See docs/lifecycle.md.",
    }),
    recency: recency.optional().openapi({
      description:
        "How much it counts how old a memory is: (1 - weight) × relevance + weight × 2^(-age of `timestamp` / half-life), relevance being the score brought to 0..1. As configured unless given, which is not at all unless MNEME_RECENCY_WEIGHT says so.",
    }),
    as_of: time.optional().openapi({
      description: "Recall what was recorded, and not yet superseded, at this time. Now unless given.",
    }),
    valid_at: z
      .union([time, z.literal("any")])
      .optional()
      .openapi({
        description:
          "Recall what was so in the world at this time; `any`: whenever. The time of `as_of` unless given.",
      }),
    touch: z.boolean().default(true).openapi({
      description:
        "Note that the hits were used, which prolongs the lives of those that decay (docs/lifecycle.md). Never done with `as_of`.",
    }),
    expand: z.literal("entities").optional().openapi({
      description:
        "Facts about the entities that the query names are a third list. Hybrid recall only. See docs/time.md.",
    }),
    explain: z.boolean().default(false),
    receipt: z.boolean().default(true).openapi({
      description: "Keep what was asked and known, for GET /v1/receipts/{id}.",
    }),
    thread_id: text(LIMITS.threadIdBytes)
      .optional()
      .openapi({ description: "The LangGraph thread that asks; kept in the receipt." }),
    checkpoint_id: text(LIMITS.threadIdBytes)
      .optional()
      .openapi({ description: "Its checkpoint; kept in the receipt." }),
  })
  .openapi("RecallRequest");

const contribution = z.object({ rank: z.int(), score: z.number(), adds: z.number() }).nullable().openapi({
  description:
    "Rank from 1, the retriever's own score (BM25 or cosine), and what it adds to the hit's score.",
});

export const relevance = z.number().openapi({
  description:
    "How well the memory fits the query in absolute terms, 0..1, whatever else was found: the share of the query's rarity that its text holds, and its similarity on the scale of the embedding model. See docs/recall.md.",
});

export const answerable = z.boolean().openapi({
  description: `A hint: whether a hit has a \`relevance\` of at least ${ANSWERABLE}. false: what was found is probably about something else.`,
});

export const hitView = z.object({
  memory: memoryView,
  score: z.number(),
  relevance,
  ranks: z.object({
    keyword: z.int().nullable(),
    vector: z.int().nullable(),
    entities: z.int().nullable().optional().openapi({ description: "With `expand`." }),
  }),
  also_in: z
    .array(z.string())
    .optional()
    .openapi({ description: "Where else among the searched namespaces it stands, published." }),
  via: memoryId.optional().openapi({
    description: "The memory that was found, where this one stands for it: docs/lifecycle.md, Consolidation.",
  }),
  excerpt: z.string().nullable().optional().openapi({
    description:
      "With `via`: at most two sentences of that memory, a line each, which hold words of the query that this one doesn't; or which fit best, where this one says nothing of it. null: nothing is missing.",
  }),
  explain: z
    .object({
      keyword: contribution,
      vector: contribution,
      relevance: z.object({ coverage: z.number().nullable(), similarity: z.number().nullable() }).openapi({
        description:
          "Share of the query's rarity that the text holds, and calibrated similarity; null where it can't be told.",
      }),
      trust: trustPartsView.extend({
        trust: z.number(),
        adds: z.number().openapi({ description: "What it adds to the score; below 0: takes from it." }),
      }),
      outcomes: z
        .object({ successes: z.int(), failures: z.int(), strength: z.number(), adds: z.number() })
        .optional()
        .openapi({
          description: "Of a procedure: the lower bound of its success rate, and what it adds to the score.",
        }),
      recency: z
        .object({ score: z.number(), relevance: z.number(), age_days: z.number(), recency: z.number() })
        .optional()
        .openapi({ description: "The score before, that brought to 0..1, and what its age says." }),
      entities: contribution.optional(),
      lists: z
        .array(z.object({ namespaces: z.string(), rank: z.int(), adds: z.number() }))
        .optional()
        .openapi({
          description: "With `merge` rrf: its rank in the list of each entry of `namespaces`.",
        }),
    })
    .optional(),
});

export const termsLeftOut = z.array(z.string()).openapi({
  description:
    "Words of a long query, as they are indexed, that no keyword search looked for: it takes the rarest 24, those of the sentences that ask first. Empty for a shorter query.",
});

export const recallResponse = z
  .object({
    hits: z.array(hitView),
    answerable,
    degraded: z
      .array(z.enum(["keyword", "vector"]))
      .openapi({ description: "Retrievers that should have taken part but couldn't." }),
    terms_left_out: termsLeftOut,
    receipt_id: memoryId.nullable().openapi({ description: "null where none is kept." }),
    explain: z
      .object({
        mode: z.string(),
        fusion: z.string(),
        terms: z.array(z.string()),
        phrases: z.array(z.string()),
      })
      .optional(),
  })
  .openapi("RecallResponse");

export type RecallRequest = z.output<typeof recallRequest>;
