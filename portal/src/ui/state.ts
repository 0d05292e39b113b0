import { useState } from "react";
import type { Errors } from "../api";

/** A state that begins anew whenever one of `on` changes, before anything is shown with the old one. */
export function useRenewed<T>(begin: () => T, ...on: string[]): [T, (value: T) => void] {
  const about = JSON.stringify(on);
  const [state, setState] = useState(() => ({ about, value: begin() }));
  if (state.about !== about) setState({ about, value: begin() });
  return [state.value, (value) => setState({ about, value })];
}

/** The key of what is sent: the same however often it is tried, so that a lost line cannot do it twice; another as
 * soon as something else is filled in. */
export const useKey = (...filled: string[]): string => useRenewed(() => crypto.randomUUID(), ...filled)[0];

/** What a Field of a form needs. */
export interface Filled {
  value: string;
  set: (text: string) => void;
  errors?: string[];
}

/** The texts of a form; `of` gives a Field what it needs, and `touched` is told of each change. */
export function useFields<Name extends string>(start: Record<Name, string>, touched?: () => void) {
  const [values, setValues] = useState(start);
  function of(name: Name, errors: Errors): Filled {
    function set(text: string) {
      touched?.();
      setValues((before) => ({ ...before, [name]: text }));
    }
    return { value: values[name], set, errors: errors[name] };
  }
  return { values, of };
}
