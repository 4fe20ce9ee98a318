import { expect, test } from "vitest";
import { contents, newNamespace, recall, remember } from "../../support/acts/memories.js";
import { useService } from "../../support/service/service.js";

const service = await useService({ MNEME_EMBEDDER: "none" });

/** Query, what it finds, and what it must not find. */
const CASES: readonly (readonly [what: string, query: string, hit: string, miss: string])[] = [
  ["inflected English", "connecting", "The cable connects both hosts.", "The cable is blue."],
  ["a curly apostrophe", "Anna's cat", "Anna’s cat sleeps—mostly.", "The dog sleeps."],
  ["a dash without spaces", "mostly", "Anna’s cat sleeps—mostly.", "The dog sleeps most."],
  ["composed and decomposed accents", "cafe\u0301", "Wir treffen uns im Café.", "Wir treffen uns im Haus."],
  ["full-width forms", "ＡＢＣ１２３", "The part is abc123.", "The part is abc124."],
  ["German", "Überweisung", "Die Überweisung kam am Montag an.", "Die Karte kam am Montag an."],
  [
    "inflected German",
    "Welche Rechnungen sind noch offen?",
    "Die Rechnung von Anna ist noch nicht bezahlt.",
    "Die Karten sind von Anna und noch da.",
  ],
  [
    "inflected Spanish",
    "¿Cuándo fueron las reuniones?",
    "La reunión fue el lunes por la tarde.",
    "El partido fue el lunes por la tarde.",
  ],
  [
    "inflected Turkish",
    "Hangi toplantılar için geldik?",
    "Bu toplantının konusu çok önemli değil.",
    "Bu kitabın konusu çok önemli değil.",
  ],
  ["inflected Russian", "договоры", "Мы подписали договором вчера.", "Мы подписали письмо вчера."],
  ["inflected Greek", "κοινότητες", "Η κοινότητα της πόλης", "Η ομάδα της πόλης"],
  ["inflected Arabic", "الكتاب", "قرأت كتابا جديدا", "قرأت مقالا جديدا"],
  ["inflected Hindi", "किताबें", "मेरे पास एक किताब है", "मेरे पास एक कलम है"],
  [
    "a query that is too short to show its language",
    "bezahlt",
    "Die Rechnung von Anna ist noch nicht bezahlt.",
    "Die Rechnung von Anna ist noch offen.",
  ],
  [
    "an English word in another language",
    "budget meeting",
    "El budget de la reunión no es para nosotros.",
    "El plan de la reunión no es para nosotros.",
  ],
  [
    "a question in another language than the memory's",
    "¿Qué es el Apollo de la empresa?",
    "Apollo launches in March.",
    "Mercury launches in March.",
  ],
  [
    "accents that are left out",
    "Cuando fue la reunion",
    "La reunión fue el lunes por la tarde.",
    "El partido fue el lunes por la tarde.",
  ],
  ["words of Thai inside a sentence", "ประชุมที่บริษัท", "เขาไปประชุมที่บริษัทเมื่อวาน", "เขาไปเล่นกีฬาที่สวนเมื่อวาน"],
  [
    "Romanian with a cedilla",
    "Care sunt soluţiile și de ce?",
    "Soluția pe care am ales-o este bună pentru noi.",
    "Masa pe care am ales-o este bună pentru noi.",
  ],
  ["Russian", "договор", "Мы подписали договор вчера.", "Мы подписали письмо вчера."],
  ["Chinese", "咖啡", "他喜欢喝咖啡。", "他喜欢喝红茶。"],
  ["Japanese", "東京タワー", "昨日、東京タワーに行きました。", "昨日、大阪城に行きました。"],
  ["Thai", "กาแฟ", "เขาชอบดื่มกาแฟร้อน", "เขาชอบดื่มชาร้อน"],
  ["Hindi, whose vowels are marks", "किताब", "मेरे पास एक किताब है", "मेरे पास एक कलम है"],
  ["a pictograph", "🎂", "Party at nine 🎂!", "Party at nine 🎈!"],
  ["snake case", "retry policy", "Set max_retry_policy to 5.", "Set max_retries to 5."],
  ["a number with inner punctuation", "1,250.75", "The total was 1.250.75 at last.", "The total was 1250."],
];

test.each(CASES)("keyword recall finds %s", async (_, query, hit, miss) => {
  const namespace = newNamespace();
  await remember(service, namespace, { content: hit });
  await remember(service, namespace, { content: miss });
  const found = contents(await recall(service, { query, namespaces: [namespace], mode: "keyword" }));
  expect(found[0]).toBe(hit);
});
