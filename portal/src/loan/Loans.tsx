import { loansAsked } from "../api/questions";
import type { Loan } from "../api/types";
import { day, money } from "../format";
import { Show, useAsked } from "../ui/asked";
import { StatusBadge } from "../ui/parts";
import { t } from "../words";

/** One's own loans: what is due next comes first. */
export function Loans() {
  const loans = useAsked(loansAsked);
  return (
    <>
      <h1>{t("My loans")}</h1>
      <Show of={loans}>
        {(own) => (
          <>
            <Due loans={own} />
            {own.map((loan) => (
              <Line key={loan.id} loan={loan} />
            ))}
            {own.length === 0 && <NoLoans />}
          </>
        )}
      </Show>
    </>
  );
}

function Due({ loans }: { loans: Loan[] }) {
  const due = loans.filter((loan) => loan.status === "active" && loan.next_due_date);
  due.sort((a, b) => (a.next_due_date ?? "").localeCompare(b.next_due_date ?? ""));
  const next = due[0];
  if (!next) return null;
  return (
    <section className={`card due ${next.days_past_due ? "is-late" : ""}`} aria-label={t("Due next")}>
      <p className="quiet">
        {t(next.days_past_due ? "Overdue since {day}" : "Due on {day}", { day: day(next.next_due_date) })}
      </p>
      <p className="big">{money(next.next_due_amount, next.currency)}</p>
      <a className="button" href={`#/loans/${next.id}`}>
        {t("Pay or see the schedule")}
      </a>
    </section>
  );
}

function Line({ loan }: { loan: Loan }) {
  return (
    <a className="card row" href={`#/loans/${loan.id}`}>
      <span>
        <strong>{loan.product}</strong>
        <br />
        <span className="quiet">
          {loan.number} · {day(loan.submitted_on)}
        </span>
      </span>
      <span className="right">
        {money(loan.principal, loan.currency)}
        <br />
        <StatusBadge status={loan.status} late={loan.days_past_due} />
      </span>
    </a>
  );
}

function NoLoans() {
  return (
    <div className="card">
      <p>{t("You have no loan here yet.")}</p>
      <a className="button" href="#/products">
        {t("See what you can borrow")}
      </a>
    </div>
  );
}
