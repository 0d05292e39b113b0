import { useEffect, useReducer } from "react";
import { asRefused } from "../api/refused";
import { moment } from "../format";
import { answers } from "../kept/answers";
import { t } from "../words";
import { GRACE, isKept } from "./asked";

interface Old {
  at: number;
  code: string;
}

/** The oldest of what is shown without being fresh, and why: it could not be had, or is long in coming. */
function oldest(): Old | null {
  const old = answers
    .getQueryCache()
    .findAll({ type: "active" })
    .flatMap(({ state }): Old[] => {
      const { dataUpdatedAt: at, error, fetchStatus } = state;
      if (at === 0) return [];
      if (error && fetchStatus === "idle") return [{ at, code: asRefused(error).code }];
      return isKept(at) ? [{ at, code: "slow" }] : [];
    });
  return old.sort((a, b) => a.at - b.at)[0] ?? null;
}

const SENTENCES: Record<string, string> = {
  offline: "No connection. This is how it stood on {at}.",
  slow: "The line is too slow. This is how it stood on {at}.",
};

/** How old what is shown is, where it is not fresh. */
export function Age() {
  const [, look] = useReducer((turn: number) => turn + 1, 0);
  useEffect(() => answers.getQueryCache().subscribe(() => setTimeout(look)), []);
  useEffect(() => {
    const timer = setTimeout(look, GRACE);
    return () => clearTimeout(timer);
  });
  const old = oldest();
  if (!old) return null;
  const words = SENTENCES[old.code] ?? "No answer from the server. This is how it stood on {at}.";
  return (
    <p className="note aside" role="status">
      {t(words, { at: moment(new Date(old.at)) })}
    </p>
  );
}
