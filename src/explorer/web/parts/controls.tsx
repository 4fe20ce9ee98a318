import type { ComponentChildren } from "preact";
import { useId, useState } from "preact/hooks";

interface FieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly type?: "text" | "number" | "search" | "datetime-local" | "password";
  readonly placeholder?: string;
  readonly hint?: string;
  readonly min?: number;
  readonly max?: number;
  readonly step?: number;
}

/** A labelled input, whose value counts when it is left or Enter is pressed. */
export function Field({ label, value, onChange, type = "text", hint, ...rest }: FieldProps) {
  const id = useId();
  // An answer that comes while the person types must not take the text away.
  const [typed, setTyped] = useState<string | undefined>(undefined);
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        {...anyType(type)}
        value={typed ?? value}
        autocomplete="off"
        spellcheck={false}
        {...(hint === undefined ? {} : { "aria-describedby": `${id}-hint` })}
        {...rest}
        onInput={(event) => setTyped(event.currentTarget.value)}
        onChange={(event) => {
          setTyped(undefined);
          onChange(event.currentTarget.value);
        }}
      />
      {hint !== undefined && (
        <p id={`${id}-hint`} class="hint">
          {hint}
        </p>
      )}
    </div>
  );
}

/** Preact's types tell inputs apart by one type each; ours is one of several, of which each is a text to a reader. */
function anyType(type: NonNullable<FieldProps["type"]>): { readonly type: "text" } {
  return { type } as { readonly type: "text" };
}

interface SelectProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly (readonly [value: string, text: string])[];
  readonly onChange: (value: string) => void;
}

export function Select({ label, value, options, onChange }: SelectProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select id={id} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {options.map(([name, text]) => (
          <option key={name} value={name}>
            {text}
          </option>
        ))}
      </select>
    </div>
  );
}

interface CheckProps {
  readonly label: string;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
}

export function Check({ label, checked, onChange }: CheckProps) {
  return (
    <label class="check">
      <input type="checkbox" checked={checked} onChange={(event) => onChange(event.currentTarget.checked)} />
      {label}
    </label>
  );
}

interface TabsProps {
  readonly label: string;
  readonly current: string;
  readonly tabs: readonly (readonly [name: string, text: ComponentChildren])[];
  readonly address: (name: string) => string;
}

/** Views of one thing. Each is a link, so it can be opened, shared and gone back from. */
export function Tabs({ label, current, tabs, address }: TabsProps) {
  return (
    <nav class="tabs" aria-label={label}>
      {tabs.map(([name, text]) => (
        <a key={name} href={address(name)} {...(name === current ? { "aria-current": "page" } : {})}>
          {text}
        </a>
      ))}
    </nav>
  );
}
