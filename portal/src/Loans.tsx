import { call, type Loan, type Page } from "./api";
import { day, money } from "./format";
import { Pill, Show, useLoad } from "./ui";
import { t } from "./words";

/** One's own loans: what is due next comes first. */
export function Loans() {
  const loans = useLoad(() => call<Page<Loan>>("GET", "loans?most=200").then((page) => page.items));
  return (
    <>
      <h1>{t("My loans")}</h1>
      <Show of={loans}>
        {(found) => (
          <>
            <Due loans={found} />
            {found.map((loan) => (
              <a className="card row" key={loan.id} href={`#/loans/${loan.id}`}>
                <span><strong>{loan.product}</strong><br /><span className="quiet">{loan.number} · {day(loan.submitted_on)}</span></span>
                <span className="right">{money(loan.principal, loan.currency)}<br /><Pill status={loan.status} label={loan.status_label} late={loan.days_late} /></span>
              </a>
            ))}
            {found.length === 0 && <div className="card"><p>{t("You have no loan here yet.")}</p><a className="button" href="#/products">{t("See what you can borrow")}</a></div>}
          </>
        )}
      </Show>
    </>
  );
}

function Due({ loans }: { loans: Loan[] }) {
  const next = loans.filter((l) => l.status === "active" && l.next_due_date).sort((a, b) => a.next_due_date!.localeCompare(b.next_due_date!))[0];
  if (!next) return null;
  return (
    <section className={`card due ${next.days_late ? "is-late" : ""}`} aria-label={t("Due next")}>
      <p className="quiet">{t(next.days_late ? "Overdue since {day}" : "Due on {day}", { day: day(next.next_due_date) })}</p>
      <p className="big">{money(next.next_due_amount, next.currency)}</p>
      <a className="button" href={`#/loans/${next.id}`}>{t("Pay or see the schedule")}</a>
    </section>
  );
}
