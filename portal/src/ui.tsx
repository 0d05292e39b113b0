import { useCallback, useEffect, useId, useState, type FormEvent, type InputHTMLAttributes, type ReactNode } from "react";
import { Refused } from "./api";
import { label as labelled, t } from "./words";

export interface Loaded<T> { value: T | null; error: string; reload: () => void }

/** Loads once, and again on `reload`. */
export function useLoad<T>(load: () => Promise<T>, on: unknown[] = []): Loaded<T> {
  const [value, setValue] = useState<T | null>(null);
  const [error, setError] = useState("");
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    let alive = true;
    setError("");
    load().then(
      (found) => alive && setValue(found),
      (reason: Error) => alive && setError(reason.message),
    );
    return () => { alive = false; };
  }, [...on, turn]); // eslint-disable-line
  return { value, error, reload: useCallback(() => setTurn((n) => n + 1), []) };
}

export function Show<T>({ of, children }: { of: Loaded<T>; children: (value: T) => ReactNode }) {
  if (of.error) {
    return <div className="note bad" role="alert">{of.error} <button className="link" onClick={of.reload}>{t("Try again")}</button></div>;
  }
  return of.value === null ? <p className="quiet" role="status">{t("Loading …")}</p> : <>{children(of.value)}</>;
}

export function Field({ label, help, errors, ...input }: InputHTMLAttributes<HTMLInputElement> & {
  label: string; help?: string; errors?: string[];
}) {
  const id = useId();
  const described = [help && `${id}-help`, errors?.length && `${id}-error`].filter(Boolean).join(" ");
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input id={id} aria-invalid={!!errors?.length} aria-describedby={described || undefined} {...input} />
      {help && <p className="help" id={`${id}-help`}>{help}</p>}
      {errors?.map((e) => <p className="error" id={`${id}-error`} key={e}>{e}</p>)}
    </div>
  );
}

/** A form that sends once, shows the refusal above it and the faults beside their fields. */
export function Form({ send, button, children }: {
  send: () => Promise<void>; button: string; children: (errors: Record<string, string[]>) => ReactNode;
}) {
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<Refused | null>(null);
  async function submit(event: FormEvent) {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setRefused(null);
    try {
      await send();
    } catch (reason) {
      setRefused(reason instanceof Refused ? reason : new Refused(0, t("Something went wrong; please try again.")));
    } finally {
      setBusy(false);
    }
  }
  return (
    <form onSubmit={submit} noValidate>
      {refused && <div className="note bad" role="alert">{refused.message}</div>}
      {children(refused?.errors ?? {})}
      <button className="button" disabled={busy}>{busy ? t("Sending …") : button}</button>
    </form>
  );
}

export function Facts({ rows }: { rows: [string, ReactNode][] }) {
  return <dl className="facts">{rows.map(([k, v]) => <div key={k}><dt>{k}</dt><dd>{v}</dd></div>)}</dl>;
}

export function Pill({ status, label, late = 0 }: { status: string; label: string; late?: number }) {
  return <span className={`pill ${late ? "late" : status}`}>{late ? (late > 1 ? t("{days} days late", { days: late }) : t("1 day late")) : labelled(label)}</span>;
}
