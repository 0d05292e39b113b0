import { call, type History as Found } from "./api";
import { day, money } from "./format";
import { Pill, Show, useLoad } from "./ui";
import { t, type Words } from "./words";

const KINDS: Record<string, Words> = {
  disbursement: "Paid out", repayment: "Repayment", undo: "Reversal", closed: "Closed", pay_off: "Paid off",
  goodwill_credit: "Goodwill credit", add_charge: "Charge", waive_charge: "Charge waived", waive_interest: "Interest waived",
  recovery: "Recovery", refund: "Refund", reschedule: "Restructured", write_off: "Written off", charge_off: "Charged off",
};
const STATES: Record<string, Words> = {
  active: "Active", closed: "Closed", overpaid: "Overpaid", written_off: "Written off", charged_off: "Charged off",
  reversed: "Reversed",
};

/** What the credit history holds about the borrower here. */
export function History() {
  const history = useLoad(() => call<Found>("GET", "credit-history"));
  return (
    <>
      <h1>{t("My credit history")}</h1>
      <Show of={history}>
        {(found) => (
          <>
            {!found.available && <div className="note" role="status">{t("Your credit history is out of reach at the moment. Your loans are not affected; look again later.")}</div>}
            {found.available && found.waiting > 0 && <div className="note" role="status">{t("{count} events are still on the way here.", { count: found.waiting })}</div>}
            {found.available && found.accounts.length === 0 && <div className="card"><p>{t("There is no history yet. It begins with the first loan that is paid out.")}</p></div>}
            {found.accounts.map((a) => (
              <section className="card" key={a.loan_number} aria-label={t("Loan {number}", { number: a.loan_number })}>
                <h2>{a.loan_number} <Pill status={a.status} label={STATES[a.status] ?? a.status} /></h2>
                <p>{t(a.closed_on ? "{amount} paid out {day}, closed {closed}" : "{amount} paid out {day}", { amount: money(a.principal), day: day(a.disbursed_on), closed: day(a.closed_on) })}</p>
                <ul className="plain">{a.events.map((e, n) => <li key={n}>{day(e.value_date)}: {e.kind in KINDS ? t(KINDS[e.kind]) : e.kind}{e.kind !== "closed" && ` ${money(e.amount)}`}</li>)}</ul>
              </section>
            ))}
          </>
        )}
      </Show>
    </>
  );
}
