import { useState } from "react";
import { call, type Installment, type LoanDetail, type Payment, type Repayment, type Statement } from "./api";
import { CHANNELS, day, money } from "./format";
import { Schedule } from "./Schedule";
import { Facts, Field, Form, Pill, Show, useLoad } from "./ui";

interface Everything { loan: LoanDetail; schedule: Installment[]; repayments: Repayment[]; payments: Payment[]; statement: Statement }

/** One loan: where it stands in plain sentences, what is due, paying, receipts, statement. */
export function LoanPage({ id }: { id: string }) {
  const all = useLoad(async (): Promise<Everything> => {
    const [loan, schedule, repayments, payments, statement] = await Promise.all([
      call<LoanDetail>("GET", `loans/${id}`), call<Installment[]>("GET", `loans/${id}/schedule`),
      call<Repayment[]>("GET", `loans/${id}/repayments`), call<Payment[]>("GET", `loans/${id}/payments`),
      call<Statement>("GET", `loans/${id}/statement`),
    ]);
    return { loan, schedule, repayments, payments, statement };
  }, [id]);
  return (
    <>
      <p><a href="#/">All loans</a></p>
      <Show of={all}>{(found) => <Body {...found} reload={all.reload} />}</Show>
    </>
  );
}

function sentence(loan: LoanDetail): string {
  switch (loan.status) {
    case "submitted": return "Your application has arrived. An officer will look at it.";
    case "under_review": return "An officer is reviewing your application.";
    case "info_requested": return `We need something from you: ${loan.reason}`;
    case "written_off": return "We no longer expect this loan to be repaid. Talk to your branch: what you pay still counts.";
    case "charged_off": return `${money(loan.outstanding)} is still owed, and long overdue. Talk to your branch: every payment counts.`;
    case "reviewed": return "The review is done. A second person now decides.";
    case "approved": return "Approved. The money will be paid out next.";
    case "rejected": return `Not approved. ${loan.reason}`;
    case "withdrawn": return "You took this application back.";
    case "active": return loan.days_late
      ? `${money(loan.next_due_amount)} has been due since ${day(loan.next_due_date)}.`
      : `${money(loan.next_due_amount)} is due on ${day(loan.next_due_date)}.`;
    case "overpaid": return `Everything is paid, and ${money(loan.overpaid)} too much. Ask your branch for it.`;
    default: return "Everything is paid. Thank you.";
  }
}

function Body({ loan, schedule, repayments, payments, statement, reload }: Everything & { reload: () => void }) {
  return (
    <>
      <h1>{loan.product}</h1>
      <section className="card" aria-label="Where it stands">
        <p><Pill status={loan.status} label={loan.status_label} late={loan.days_late} /> <span className="quiet">{loan.number}</span></p>
        <p className="lead">{sentence(loan)}</p>
        <ol className="steps">{loan.steps.map((s) => <li key={s.label} className={s.state} aria-current={s.state === "now" ? "step" : undefined}>{s.label}</li>)}</ol>
        <Facts rows={[
          ["Borrowed", money(loan.principal, loan.currency)], ["You receive", money(loan.net, loan.currency)],
          ["Paid back", money(loan.paid, loan.currency)], ["Still to pay", loan.disbursed_on ? money(loan.outstanding, loan.currency) : "—"],
          ["APR", `${loan.apr ?? "—"} %`], ["Effective rate", `${loan.eir ?? "—"} %`],
        ]} />
        {loan.may_withdraw && <Withdraw id={loan.id} reload={reload} />}
      </section>
      {(loan.status === "active" || loan.status === "charged_off") && <Pay loan={loan} reload={reload} />}
      <section className="card" aria-label="Installments"><h2>{loan.disbursed_on ? "Schedule" : "Schedule, if paid out on the day you applied"}</h2><Schedule rows={schedule} paid={!!loan.disbursed_on} /></section>
      {payments.length > 0 && (
        <section className="card" aria-label="Reported payments"><h2>Payments you reported</h2>
          <ul className="plain">{payments.map((p) => <li key={p.id}><strong>{money(p.amount)}</strong> by {CHANNELS[p.channel]} {p.reference}, {day(p.paid_on)} <Pill status={p.status} label={p.status} />{p.decided_reason && <> — {p.decided_reason}</>}</li>)}</ul>
        </section>
      )}
      {repayments.length > 0 && (
        <section className="card" aria-label="Receipts"><h2>Receipts</h2>
          <ul className="plain">{repayments.map((r) => <li key={r.id} className={r.reversed ? "undone" : ""}><strong>{money(r.amount)}</strong> {day(r.date)} by {CHANNELS[r.channel]} <span className="quiet">{r.number}</span>{r.reversed && <span className="pill">Reversed</span>}</li>)}</ul>
        </section>
      )}
      {statement.rows.length > 0 && <StatementCard statement={statement} id={loan.id} />}
    </>
  );
}

function StatementCard({ statement, id }: { statement: Statement; id: string }) {
  return (
    <section className="card" aria-label="Statement">
      <details>
        <summary>Statement</summary>
        <div className="scroll" tabIndex={0} role="region" aria-label="Movements of money">
          <table>
            <thead><tr><th scope="col">Date</th><th scope="col">What</th><th scope="col" className="right">Amount</th><th scope="col" className="right">Principal left</th></tr></thead>
            <tbody>{statement.rows.map((r, n) => <tr key={n} className={r.undone ? "undone" : ""}><td>{day(r.date)}</td><td>{r.type}{r.undone ? " (reversed)" : ""}</td><td className="right">{r.amount}</td><td className="right">{r.balance}</td></tr>)}</tbody>
          </table>
        </div>
        <p><a href={`/api/loans/${id}/statement.csv`} download>Download as a spreadsheet</a></p>
      </details>
    </section>
  );
}

function Withdraw({ id, reload }: { id: string; reload: () => void }) {
  const [asked, setAsked] = useState(false);
  if (!asked) return <button className="button quiet-button" onClick={() => setAsked(true)}>Take the application back</button>;
  return (
    <Form button="Yes, take it back" send={async () => { await call("POST", `loans/${id}/withdraw`, {}); reload(); }}>
      {() => <p>The application ends. You can apply again at any time.</p>}
    </Form>
  );
}

function Pay({ loan, reload }: { loan: LoanDetail; reload: () => void }) {
  const [amount, setAmount] = useState(loan.next_due_amount);
  const [channel, setChannel] = useState("mpesa");
  const [reference, setReference] = useState("");
  const [key, setKey] = useState(() => crypto.randomUUID());
  const [done, setDone] = useState(false);
  async function send() {
    // The same key while this payment is tried again, so that a lost line cannot pay twice.
    await call("POST", `loans/${loan.id}/payments`, { amount, channel, reference }, key);
    setKey(crypto.randomUUID());
    setReference("");
    setDone(true);
    reload();
  }
  return (
    <section className="card" aria-label="Pay">
      <h2>Pay</h2>
      <p className="quiet">Send the money by wallet or bank, then tell us its reference. Cash is paid at the branch.</p>
      {done && <div className="note good" role="status">Thank you. It counts once the cashier has seen the money.</div>}
      <Form button="Report the payment" send={send}>
        {(errors) => (
          <>
            <Field label="Amount (maloti)" inputMode="decimal" value={amount} onChange={(e) => setAmount(e.target.value)} errors={errors.amount} />
            <div className="field"><label htmlFor="channel">Paid by</label>
              <select id="channel" value={channel} onChange={(e) => setChannel(e.target.value)}>
                {Object.entries(CHANNELS).filter(([k]) => k !== "cash").map(([k, label]) => <option key={k} value={k}>{label}</option>)}
              </select></div>
            <Field label="Reference of the payment" value={reference} onChange={(e) => setReference(e.target.value)} errors={errors.reference} />
          </>
        )}
      </Form>
    </section>
  );
}
