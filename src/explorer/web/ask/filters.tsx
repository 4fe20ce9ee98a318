import { here, param, place, setParams } from "../base/place.js";
import { Check, Field, Select } from "../parts/controls.js";
import { TYPES, chosenTypes } from "./request.js";

const NAMES = [
  "agent",
  "session",
  "tags",
  "subject",
  "min_trust",
  "min_relevance",
  "recency",
  "limit",
  "tokens",
  "ms",
  "mode",
  "expand",
  "include_archive",
  "receipt",
];

export function AskFilters() {
  const { params } = place.value;
  const types = chosenTypes();
  const set = (name: string) => (value: string) => setParams({ [name]: value });
  const count = NAMES.filter((name) => params[name] !== undefined).length;
  return (
    <div class="filters">
      <fieldset class="chips">
        <legend class="hidden">Types of memory</legend>
        {TYPES.map((type) => (
          <label key={type} class="chip">
            <input
              type="checkbox"
              checked={types.includes(type)}
              onChange={(event) => {
                const { checked } = event.currentTarget;
                const next = TYPES.filter((other) => (other === type ? checked : types.includes(other)));
                setParams({ type: next.join(",") });
              }}
            />
            {type}
          </label>
        ))}
      </fieldset>
      <details class="more">
        <summary>Filters{count > 0 && ` (${count})`}</summary>
        <div class="grid">
          <Field label="Agent" value={param("agent")} onChange={set("agent")} />
          <Field label="Session" value={param("session")} onChange={set("session")} />
          <Field label="Tags" value={param("tags")} onChange={set("tags")} placeholder="vip, refund" />
          <Field label="Fact about" value={param("subject")} onChange={set("subject")} placeholder="Anna" />
          <Field
            label="Trust at least"
            type="number"
            min={0}
            max={1}
            step={0.05}
            value={param("min_trust")}
            onChange={set("min_trust")}
          />
          <Field
            label="Fit at least"
            type="number"
            min={0}
            max={1}
            step={0.05}
            value={param("min_relevance")}
            onChange={set("min_relevance")}
          />
          <Field
            label="Weight of recency"
            type="number"
            min={0}
            max={1}
            step={0.05}
            value={param("recency")}
            onChange={set("recency")}
          />
          <Field
            label="Hits"
            type="number"
            min={1}
            max={100}
            value={param("limit")}
            placeholder="10"
            onChange={set("limit")}
          />
          <Field
            label="Tokens at most"
            type="number"
            min={1}
            value={param("tokens")}
            onChange={set("tokens")}
          />
          <Field
            label="Milliseconds at most"
            type="number"
            min={1}
            value={param("ms")}
            onChange={set("ms")}
          />
          <Select
            label="Search by"
            value={param("mode")}
            options={[
              ["", "words and meaning"],
              ["keyword", "words only"],
              ["vector", "meaning only"],
            ]}
            onChange={set("mode")}
          />
        </div>
        <p class="checks">
          <Check
            label="Also facts of named entities"
            checked={param("expand") !== ""}
            onChange={(on) => setParams({ expand: on ? "1" : "" })}
          />
          <Check
            label="Read archived texts"
            checked={param("include_archive") !== ""}
            onChange={(on) => setParams({ include_archive: on ? "1" : "" })}
          />
          <Check
            label="Keep a receipt"
            checked={param("receipt") !== ""}
            onChange={(on) => setParams({ receipt: on ? "1" : "" })}
          />
          {count > 0 && (
            <a href={here(Object.fromEntries(NAMES.map((name) => [name, undefined])))}>Clear all filters</a>
          )}
        </p>
      </details>
    </div>
  );
}
