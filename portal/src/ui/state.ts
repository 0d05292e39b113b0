import { useState } from "react";
import type { Errors } from "../api/refused";

/** A state that begins anew whenever one of `on` changes, before anything is shown with the old one. */
export function useRenewed<T>(begin: () => T, ...on: string[]): [T, (value: T) => void] {
  const about = JSON.stringify(on);
  const [state, setState] = useState(() => ({ about, value: begin() }));
  if (state.about !== about) setState({ about, value: begin() });
  return [state.value, (value) => setState({ about, value })];
}

/** A key that nobody else makes. Over plain HTTP a browser has no `randomUUID`. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The key of what is sent: the same however often it is tried, so that a lost line cannot do it twice; another as
 * soon as something else is filled in. */
export const useKey = (...filled: string[]): string => useRenewed(newKey, ...filled)[0];

/** What a field of a form needs. */
export interface Filled {
  name: string;
  value: string;
  set: (text: string) => void;
  errors?: string[];
}

/** The texts of a form. What nobody has touched follows `start`, which may still be on its way; `of` gives a field
 * what it needs, and `touched` is told of each change. */
export function useFields<Name extends string>(start: Record<Name, string>, touched?: () => void) {
  const [typed, setTyped] = useState<Partial<Record<Name, string>>>({});
  const values = { ...start, ...typed };
  function of(name: Name, errors: Errors): Filled {
    function set(text: string) {
      touched?.();
      setTyped((before) => ({ ...before, [name]: text }));
    }
    return { name, value: values[name], set, errors: errors[name] };
  }
  return { values, of, reset: () => setTyped({}) };
}
