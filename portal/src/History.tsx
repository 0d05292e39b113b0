import { call, type History as Found } from "./api";
import { day, money } from "./format";
import { Pill, Show, useLoad } from "./ui";

const WORDS: Record<string, string> = { disbursement: "Paid out", repayment: "Repayment", undo: "Reversal", closed: "Closed" };

/** What the credit history holds about the borrower here. */
export function History() {
  const history = useLoad(() => call<Found>("GET", "credit-history"));
  return (
    <>
      <h1>My credit history</h1>
      <Show of={history}>
        {(found) => (
          <>
            {!found.available && <div className="note" role="status">Your credit history is out of reach at the moment. Your loans are not affected; look again later.</div>}
            {found.available && found.waiting > 0 && <div className="note" role="status">{found.waiting} event{found.waiting > 1 ? "s are" : " is"} still on the way here.</div>}
            {found.available && found.accounts.length === 0 && <div className="card"><p>There is no history yet. It begins with the first loan that is paid out.</p></div>}
            {found.accounts.map((a) => (
              <section className="card" key={a.loan_number} aria-label={`Loan ${a.loan_number}`}>
                <h2>{a.loan_number} <Pill status={a.status} label={a.status} /></h2>
                <p>{money(a.principal)} paid out {day(a.disbursed_on)}{a.closed_on && `, closed ${day(a.closed_on)}`}</p>
                <ul className="plain">{a.events.map((e, n) => <li key={n}>{day(e.value_date)}: {WORDS[e.kind] ?? e.kind}{e.kind !== "closed" && ` ${money(e.amount)}`}</li>)}</ul>
              </section>
            ))}
          </>
        )}
      </Show>
    </>
  );
}
