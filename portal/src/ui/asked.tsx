import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import { useEffect, useState, type ReactNode } from "react";
import type { Question } from "../api/questions";
import { asRefused } from "../api/refused";
import { opened } from "../kept/answers";
import { t } from "../words";

/** How long a fresh answer is waited for before the kept one is shown, in milliseconds. */
export const GRACE = 3000;

/** Whether what is known was kept before this page was opened, and is not confirmed yet. */
export const isKept = (at: number): boolean => at > 0 && at < opened;

export interface Asked<T> {
  value: T | undefined; // what is to be shown
  error: string;
  reload: () => void;
}

/** An answer of the server: fresh; or as it was kept, where there is none or it takes long. */
export function useAsked<T>(question: Question<T>): Asked<T> {
  const query = useQuery(question);
  const isLate = useLate(query.isFetching);
  const waits = isKept(query.dataUpdatedAt) && query.isFetching && !isLate;
  return { value: waits ? undefined : query.data, error: told(query), reload: () => void query.refetch() };
}

function told({ data, error, isFetching }: UseQueryResult): string {
  return data === undefined && error && !isFetching ? asRefused(error).message : "";
}

/** Whether something goes on for longer than the grace. */
function useLate(goesOn: boolean): boolean {
  const [isLate, setLate] = useState(false);
  useEffect(() => {
    if (!goesOn) return undefined;
    const timer = setTimeout(() => setLate(true), GRACE);
    return () => {
      clearTimeout(timer);
      setLate(false);
    };
  }, [goesOn]);
  return goesOn && isLate;
}

export function Loading() {
  return (
    <p className="quiet" role="status">
      {t("Loading …")}
    </p>
  );
}

/** What was asked for; until then that it loads, or why it did not. */
export function Show<T>({ of, children }: { of: Asked<T>; children: (value: T) => ReactNode }) {
  if (of.value !== undefined) return children(of.value);
  if (!of.error) return <Loading />;
  return (
    <div className="note bad" role="alert">
      {of.error}{" "}
      <button className="link" onClick={of.reload}>
        {t("Try again")}
      </button>
    </div>
  );
}
