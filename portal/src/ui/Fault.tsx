import type { ReactNode } from "react";
import { ErrorBoundary } from "react-error-boundary";
import { t } from "../words";

function Broken() {
  return (
    <section className="card" role="alert">
      <h1>{t("Something broke on this page")}</h1>
      <p>{t("Nothing that you sent was lost. Open the page again; if it lasts, tell your branch.")}</p>
      <button className="button" onClick={() => window.location.reload()}>
        {t("Open the page again")}
      </button>
    </section>
  );
}

/** A page that breaks says so, and how to go on; another page (`of`) begins anew. */
export function Guarded({ of, children }: { of: string; children: ReactNode }) {
  return (
    <ErrorBoundary FallbackComponent={Broken} resetKeys={[of]}>
      {children}
    </ErrorBoundary>
  );
}
