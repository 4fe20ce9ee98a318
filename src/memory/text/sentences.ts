const SENTENCES = new Intl.Segmenter("en", { granularity: "sentence" });

/** The most sentences of one text; prose has a tenth of them. Each costs as much as 400 characters of it. */
const MOST_SENTENCES = 1000;

/** Each on one line, as it was said but for its white space; of very many, the first 1,000. */
export function sentencesIn(prose: string): string[] {
  const sentences: string[] = [];
  // In runs of white space only a line break matters. Each of many would be a segment.
  const lines = prose.trim().replaceAll(/\s+/g, (space) => (LINE_BREAK.test(space) ? "\n" : " "));
  for (const { segment } of SENTENCES.segment(lines)) {
    const sentence = segment.trim().replaceAll(/\s+/g, " ");
    if (sentence !== "") sentences.push(sentence);
    if (sentences.length === MOST_SENTENCES) break;
  }
  return sentences;
}

const LINE_BREAK = /[\n\v\f\r\u2028\u2029]/;
