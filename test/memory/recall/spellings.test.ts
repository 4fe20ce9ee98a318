import { describe, expect, test } from "vitest";
import { stem } from "../../../src/memory/text/language/stems.js";
import { contents, newNamespace, recall, remember } from "../../support/acts/memories.js";
import { useService } from "../../support/service/service.js";

const service = await useService({ MNEME_EMBEDDER: "none" });

/** Spellings of the same: any finds the others, and the text that is written as the query comes first. */
const SAME: readonly (readonly [what: string, ...spellings: string[]])[] = [
  ["a flight number", "LH1234", "LH 1234", "LH-1234"],
  ["a part number", "CX-7742-B", "CX7742B"],
  ["an amount", "1299", "$1,299.00", "1 299,00", "1.299,00 €"],
  ["an amount with cents", "1299.50", "1,299.50", "1299,5"],
  ["a name with an apostrophe", "O'Brien", "OBrien", "O’Brien"],
  ["camel and snake case", "fetchRetryBudget", "fetch_retry_budget", "fetch retry budget"],
  ["accents", "Café Zürich", "Cafe Zurich"],
  ["a sharp s", "Wilhelmstraße", "Wilhelmstrasse"],
  ["Cyrillic ё", "самолёт", "самолет"],
  ["Arabic marks", "كِتَابٌ", "كتاب"],
  ["Arabic alefs", "أحمد", "احمد"],
  ["full width", "ＱＸ９１", "qx91"],
  ["ligatures", "oﬃce", "office"],
];

describe.each(SAME)("recall of %s", (_, ...spellings) => {
  test("finds each spelling by each other one, and the same spelling first", async () => {
    const namespace = newNamespace();
    const texts = spellings.map((spelling) => `The note says ${spelling} here.`);
    for (const content of texts) await remember(service, namespace, { content });
    await remember(service, namespace, { content: "The note says nothing of the kind here." });
    for (const [index, query] of spellings.entries()) {
      const found = contents(
        await recall(service, { query, namespaces: [namespace], mode: "keyword", duplicates: "keep" }),
      );
      expect(found.toSorted(), query).toEqual(texts.toSorted());
      // Of spellings that differ only in what Unicode holds for the same, either may come first.
      const same = texts.filter((_text, at) => sameTerms(spellings[at] ?? "", query));
      expect(same, query).toContain(found[0]);
      expect(texts[index]).toBeDefined();
    }
  });
});

/** Stemmers of Russian and Arabic make one term of some spellings, too. */
const sameTerms = (one: string, other: string): boolean =>
  stem(plain(one)) === stem(plain(other)) || plain(one) === plain(other);
const plain = (text: string): string =>
  text
    .normalize("NFKC")
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\p{M}]+/gu, " ")
    .trim();

test("words inside a camel-case name find it, and the name finds them", async () => {
  const namespace = newNamespace();
  await remember(service, namespace, { content: "Call parseInvoiceLines before the export." });
  await remember(service, namespace, { content: "The invoice has nine lines." });
  const found = async (query: string) =>
    contents(await recall(service, { query, namespaces: [namespace], mode: "keyword" }));
  expect(await found("invoice")).toHaveLength(2);
  expect((await found("invoice"))[0]).toBe("The invoice has nine lines.");
  expect((await found("parseInvoiceLines"))[0]).toBe("Call parseInvoiceLines before the export.");
  expect(await found("parseInvoiceLines")).toHaveLength(2);
});

test("a Korean word is found with any particle glued to it", async () => {
  const namespace = newNamespace();
  await remember(service, namespace, { content: "저는 학교에서 한국어를 배웁니다." });
  await remember(service, namespace, { content: "오늘은 비가 옵니다." });
  for (const query of ["학교", "학교는 어디입니까?", "한국어"]) {
    const found = contents(await recall(service, { query, namespaces: [namespace], mode: "keyword" }));
    expect(found[0], query).toBe("저는 학교에서 한국어를 배웁니다.");
  }
});

test.each([
  ["猫", "庭に黒猫がいる。", "庭に犬がいる。"],
  ["茶", "他喜欢喝红茶", "他喜欢喝咖啡"],
  ["집", "우리집에 오세요", "학교에 오세요"],
])("a query of the one character %s finds it inside longer runs", async (query, hit, miss) => {
  const namespace = newNamespace();
  await remember(service, namespace, { content: hit });
  await remember(service, namespace, { content: miss });
  const found = contents(await recall(service, { query, namespaces: [namespace], mode: "keyword" }));
  expect(found).toEqual([hit]);
});

test("marks that are vowels, and words that only look alike, stay apart", async () => {
  const namespace = newNamespace();
  await remember(service, namespace, { content: "The tag is LH12345." });
  await remember(service, namespace, { content: "It costs 12,990." });
  await remember(service, namespace, { content: "मेरे पास कलम है" });
  for (const query of ["LH1234", "1,299.00", "कालम"]) {
    const found = contents(await recall(service, { query, namespaces: [namespace], mode: "keyword" }));
    expect(found, query).toEqual([]);
  }
});
