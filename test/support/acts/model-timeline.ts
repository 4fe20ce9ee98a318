export interface ModelFact {
  readonly object: string;
  readonly from: number;
  readonly stated: number | undefined;
  to: number | undefined;
}

const sooner = (...ends: (number | undefined)[]): number | undefined => {
  const known = ends.filter((end) => end !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
};

/** What a timeline must be: every fact ends where the next one begins, or before, where it says so. */
export class ModelTimeline {
  readonly facts = new Map<string, ModelFact>();

  tell(id: string, object: string, from: number, stated: number | undefined): string {
    const all = [...this.facts.entries()];
    const same = all.find(([, fact]) => fact.from === from && fact.object === object);
    if (same !== undefined) return same[0];
    const before = Math.max(...all.map(([, fact]) => fact.from).filter((begin) => begin < from));
    const open = all.filter(([, fact]) => fact.from === before && (fact.to ?? Infinity) > from);
    const alone = all.every(([, fact]) => fact.from !== from);
    const [only] = open;
    if (alone && open.length === 1 && only?.[1].object === object) return only[0];
    this.facts.set(id, { object, from, stated, to: undefined });
    this.settle();
    return id;
  }

  remove(id: string): void {
    this.facts.delete(id);
    this.settle();
  }

  settle(): void {
    for (const fact of this.facts.values()) {
      const later = [...this.facts.values()].map(({ from }) => from).filter((from) => from > fact.from);
      fact.to = sooner(fact.stated, ...later);
    }
  }

  snapshot(): Map<string, ModelFact> {
    return new Map([...this.facts].map(([id, fact]) => [id, { ...fact }]));
  }

  contradictions(id: string): string[] {
    const { from } = this.facts.get(id) ?? { from: Number.NaN };
    return [...this.facts].flatMap(([other, fact]) => (other !== id && fact.from === from ? [other] : []));
  }
}
