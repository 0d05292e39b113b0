import { useCallback, useEffect, useEffectEvent, useState, type ReactNode } from "react";
import { asRefused } from "../api";
import { t } from "../words";

export interface Loaded<T> {
  value: T | null;
  error: string;
  reload: () => void;
}

/** Loads once, and again on `reload`. What loads something else is another component: give it a `key`. */
export function useLoad<T>(load: () => Promise<T>): Loaded<T> {
  const [value, setValue] = useState<T | null>(null);
  const [error, setError] = useState("");
  const [turn, setTurn] = useState(0);
  const begin = useEffectEvent(load);
  useEffect(() => {
    let alive = true;
    begin().then(
      (loaded) => {
        if (alive) setValue(loaded);
      },
      (reason: unknown) => {
        if (alive) setError(asRefused(reason).message);
      },
    );
    return () => {
      alive = false;
    };
  }, [turn]);
  const reload = useCallback(() => {
    setError("");
    setTurn((before) => before + 1);
  }, []);
  return { value, error, reload };
}

/** What was loaded; until then that it loads, or why it did not. */
export function Show<T>({ of, children }: { of: Loaded<T>; children: (value: T) => ReactNode }) {
  if (of.error) {
    return (
      <div className="note bad" role="alert">
        {of.error}{" "}
        <button className="link" onClick={of.reload}>
          {t("Try again")}
        </button>
      </div>
    );
  }
  if (of.value !== null) return children(of.value);
  return (
    <p className="quiet" role="status">
      {t("Loading …")}
    </p>
  );
}
