export interface DiffPiece {
  readonly kind: "same" | "removed" | "added";
  readonly text: string;
}

/** Beyond this many words the table of the comparison would take a browser's memory: what is in the middle is one piece. */
const MOST_CELLS = 4_000_000;

/** The difference of two texts by words: the longest common subsequence. */
export function diffWords(before: string, after: string): readonly DiffPiece[] {
  const a = before.match(/\S+\s*|\s+/g) ?? [];
  const b = after.match(/\S+\s*|\s+/g) ?? [];
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a.at(-1 - end) === b.at(-1 - end)) end++;
  const middle = between(a.slice(start, a.length - end), b.slice(start, b.length - end));
  return joined([
    ...a.slice(0, start).map((text) => ({ kind: "same", text }) as const),
    ...middle,
    ...a.slice(a.length - end).map((text) => ({ kind: "same", text }) as const),
  ]);
}

function between(a: readonly string[], b: readonly string[]): readonly DiffPiece[] {
  if (a.length * b.length > MOST_CELLS) {
    return [
      { kind: "removed", text: a.join("") },
      { kind: "added", text: b.join("") },
    ];
  }
  const width = b.length + 1;
  const longest = new Uint32Array((a.length + 1) * width);
  const at = (row: number, column: number): number => longest[row * width + column] ?? 0;
  for (let row = a.length - 1; row >= 0; row--) {
    for (let column = b.length - 1; column >= 0; column--) {
      longest[row * width + column] =
        a[row] === b[column]
          ? at(row + 1, column + 1) + 1
          : Math.max(at(row + 1, column), at(row, column + 1));
    }
  }
  const pieces: DiffPiece[] = [];
  let [row, column] = [0, 0];
  while (row < a.length || column < b.length) {
    const [left = "", right = ""] = [a[row], b[column]];
    if (row < a.length && column < b.length && left === right) {
      pieces.push({ kind: "same", text: left });
      row++;
      column++;
    } else if (column >= b.length || (row < a.length && at(row + 1, column) >= at(row, column + 1))) {
      pieces.push({ kind: "removed", text: left });
      row++;
    } else {
      pieces.push({ kind: "added", text: right });
      column++;
    }
  }
  return pieces;
}

function joined(pieces: readonly DiffPiece[]): readonly DiffPiece[] {
  const result: { kind: DiffPiece["kind"]; text: string }[] = [];
  for (const { kind, text } of pieces) {
    const last = result.at(-1);
    if (last?.kind === kind) last.text += text;
    else if (text !== "") result.push({ kind, text });
  }
  return result;
}
