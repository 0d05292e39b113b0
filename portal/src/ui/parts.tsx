import type { ReactNode } from "react";
import { statusLabel } from "../labels";
import { language, t } from "../words";

/** A part of a page under its title. */
export function Card({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="card" aria-label={title}>
      <h2>{title}</h2>
      {children}
    </section>
  );
}

/** Names and what they are, in two columns. */
export function Facts({ rows }: { rows: [name: string, value: ReactNode][] }) {
  return (
    <dl className="facts">
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** How a loan, an entry or a payment stands; of a loan that is late, by how many days. */
export function StatusBadge({ status, late = 0 }: { status: string; late?: number }) {
  if (late === 0) return <span className={`badge ${status}`}>{statusLabel(status)}</span>;
  return <span className="badge late">{late > 1 ? t("{days} days late", { days: late }) : t("1 day late")}</span>;
}

/** A link to a PDF of the API, in the language of the page. */
export function PaperLink({ path, label, children }: { path: string; label?: string; children: ReactNode }) {
  const address = `/api/v1/${path}${path.includes("?") ? "&" : "?"}language=${language()}`;
  return (
    <a href={address} target="_blank" rel="noreferrer" aria-label={label}>
      {children}
    </a>
  );
}

/** What came of something that was sent. */
export function Note({ good = false, children }: { good?: boolean; children: ReactNode }) {
  return (
    <div className={good ? "note good" : "note"} role="status">
      {children}
    </div>
  );
}
