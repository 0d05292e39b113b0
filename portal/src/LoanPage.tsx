import { useEffect, useState } from "react";
import { call, type Installment, type LoanDetail, type Page, type Paper, type Payment, type Repayment, type Statement } from "./api";
import { channel, channelCodes, day, money } from "./format";
import { Schedule } from "./Schedule";
import { Facts, Field, Form, Pill, Show, useLoad } from "./ui";
import { label, language, t, type Words } from "./words";

interface Everything { loan: LoanDetail; schedule: Installment[]; repayments: Repayment[]; payments: Payment[]; statement: Statement; payOff: string; papers: Paper[] }

/** One loan: where it stands in plain sentences, what is due, paying, receipts, statement. */
export function LoanPage({ id }: { id: string }) {
  const all = useLoad(async (): Promise<Everything> => {
    const [loan, schedule, repayments, payments, statement, payOff, papers] = await Promise.all([
      call<LoanDetail>("GET", `loans/${id}`), call<Installment[]>("GET", `loans/${id}/schedule`),
      call<Repayment[]>("GET", `loans/${id}/repayments`), call<Page<Payment>>("GET", `loans/${id}/payments?most=200`),
      call<Statement>("GET", `loans/${id}/statement`), call<{ amount: string }>("GET", `loans/${id}/pay-off`),
      call<Paper[]>("GET", `loans/${id}/documents`),
    ]);
    return { loan, schedule, repayments, payments: payments.items, statement, payOff: payOff.amount, papers };
  }, [id]);
  return (
    <>
      <p><a href="#/">{t("All loans")}</a></p>
      <Show of={all}>{(found) => <Body {...found} reload={all.reload} />}</Show>
    </>
  );
}

function sentence(loan: LoanDetail): string {
  switch (loan.status) {
    case "submitted": return t("Your application has arrived. An officer will look at it.");
    case "under_review": return t("An officer is reviewing your application.");
    case "info_requested": return t("We need something from you: {reason}", { reason: loan.reason });
    case "written_off": return t("We no longer expect this loan to be repaid. Talk to your branch: what you pay still counts.");
    case "charged_off": return t("{amount} is still owed, and long overdue. Talk to your branch: every payment counts.", { amount: money(loan.outstanding, loan.currency) });
    case "reviewed": return t("The review is done. A second person now decides.");
    case "approved": return t("Approved. The money will be paid out next.");
    case "rejected": return t("Not approved. {reason}", { reason: loan.reason });
    case "withdrawn": return t("You took this application back.");
    case "active": return t(loan.days_late ? "{amount} has been due since {day}." : "{amount} is due on {day}.", {
      amount: money(loan.next_due_amount, loan.currency), day: day(loan.next_due_date),
    });
    case "overpaid": return t("Everything is paid, and {amount} too much. Ask your branch for it.", { amount: money(loan.overpaid, loan.currency) });
    default: return t("Everything is paid. Thank you.");
  }
}

function Body({ loan, schedule, repayments, payments, statement, payOff, papers, reload }: Everything & { reload: () => void }) {
  const running = loan.status === "active" || loan.status === "charged_off";
  const open = ["submitted", "under_review", "info_requested", "reviewed", "approved"].includes(loan.status);
  return (
    <>
      <h1>{loan.product}</h1>
      <section className="card" aria-label={t("Where it stands")}>
        <p><Pill status={loan.status} label={loan.status_label} late={loan.days_late} /> <span className="quiet">{loan.number}</span></p>
        <p className="lead">{sentence(loan)}</p>
        <ol className="steps">{loan.steps.map((s) => <li key={s.label} className={s.state} aria-current={s.state === "now" ? "step" : undefined}>{label(s.label)}</li>)}</ol>
        <Facts rows={[
          [t("Borrowed"), money(loan.principal, loan.currency)], [t("You receive"), money(loan.net, loan.currency)],
          [t("Paid back"), money(loan.paid, loan.currency)], [t("Still to pay"), loan.disbursed_on ? money(loan.outstanding, loan.currency) : "—"],
          ["APR", `${loan.apr ?? "—"} %`], [t("Effective rate"), `${loan.eir ?? "—"} %`],
          ...(running ? [[t("To settle everything today"), money(payOff, loan.currency)] as [string, string]] : []),
        ]} />
        <p><a href={`/api/v1/loans/${loan.id}/key-facts.pdf?language=${language()}`} target="_blank" rel="noreferrer">{t("Key facts you agreed to")}</a></p>
        {loan.status === "info_requested" && <Answer id={loan.id} reload={reload} />}
        {loan.may_withdraw && <Withdraw id={loan.id} reload={reload} />}
      </section>
      {open && <Papers id={loan.id} papers={papers} reload={reload} />}
      {running && <Pay loan={loan} reload={reload} />}
      <section className="card" aria-label={t("Installments")}><h2>{t(loan.disbursed_on ? "Schedule" : "Schedule, if paid out on the day you applied")}</h2><Schedule rows={schedule} paid={!!loan.disbursed_on} /></section>
      {payments.length > 0 && (
        <section className="card" aria-label={t("Payments you reported")}><h2>{t("Payments you reported")}</h2>
          <ul className="plain">{payments.map((p) => <li key={p.id}>{t("{amount} by {channel} {reference}, {day}", { amount: money(p.amount, loan.currency), channel: channel(p.channel), reference: p.reference, day: day(p.paid_on) })} <Pill status={p.status} label={NOTICE[p.status] ?? p.status} />{p.decided_reason && <> — {p.decided_reason}</>}</li>)}</ul>
        </section>
      )}
      {repayments.length > 0 && (
        <section className="card" aria-label={t("Receipts")}><h2>{t("Receipts")}</h2>
          <ul className="plain">{repayments.map((r) => <li key={r.id} className={r.reversed ? "undone" : ""}><span>{t("{amount}, {day}, by {channel}", { amount: money(r.amount, loan.currency), day: day(r.date), channel: channel(r.channel) })}</span> <a href={`/api/v1/loans/${loan.id}/receipts/${r.id}.pdf?language=${language()}`} target="_blank" rel="noreferrer" aria-label={t("Receipt {number} as a paper", { number: r.number })}>{r.number}</a>{r.reversed && <span className="pill">{t("Reversed")}</span>}</li>)}</ul>
        </section>
      )}
      {statement.rows.length > 0 && <StatementCard statement={statement} id={loan.id} />}
    </>
  );
}

function StatementCard({ statement, id }: { statement: Statement; id: string }) {
  return (
    <section className="card" aria-label={t("Statement")}>
      <details>
        <summary>{t("Statement")}</summary>
        <div className="scroll" tabIndex={0} role="region" aria-label={t("Movements of money")}>
          <table>
            <thead><tr><th scope="col">{t("Date")}</th><th scope="col">{t("What")}</th><th scope="col" className="right">{t("Amount")}</th><th scope="col" className="right">{t("Principal left")}</th></tr></thead>
            <tbody>{statement.rows.map((r, n) => <tr key={n} className={r.undone ? "undone" : ""}><td>{day(r.date)}</td><td>{r.type in MOVES ? t(MOVES[r.type]) : r.type}{r.undone && ` (${t("Reversed")})`}</td><td className="right">{r.amount}</td><td className="right">{r.balance}</td></tr>)}</tbody>
          </table>
        </div>
        <p><a href={`/api/v1/loans/${id}/statement.csv`} download>{t("Download as a spreadsheet")}</a> · <a href={`/api/v1/loans/${id}/statement.pdf?language=${language()}`} target="_blank" rel="noreferrer">{t("Download as a paper")}</a></p>
      </details>
    </section>
  );
}

const NOTICE: Record<string, Words> = { waiting: "Waiting", confirmed: "Confirmed", declined: "Declined" };
const MOVES: Record<string, Words> = {
  disbursement: "Paid out", repayment: "Repayment", pay_off: "Paid off", goodwill_credit: "Goodwill credit",
  add_charge: "Charge", waive_charge: "Charge waived", waive_interest: "Interest waived", refund: "Refund",
  recovery: "Recovery", write_off: "Written off", charge_off: "Charged off",
};
const KINDS: [string, Words][] = [
  ["identity", "Identity paper"], ["payslip", "Payslip"], ["statement", "Bank or wallet statement"],
  ["residence", "Proof of residence"], ["business", "Business record"], ["other", "Something else"],
];

function Answer({ id, reload }: { id: string; reload: () => void }) {
  const [text, setText] = useState("");
  return (
    <Form button={t("Send the answer")} send={async () => { await call("POST", `loans/${id}/answer`, { text }); reload(); }}>
      {(errors) => <Field label={t("Your answer")} maxLength={500} value={text} onChange={(e) => setText(e.target.value)} errors={errors.text} />}
    </Form>
  );
}

function Papers({ id, papers, reload }: { id: string; papers: Paper[]; reload: () => void }) {
  const [what, setWhat] = useState("identity");
  const [file, setFile] = useState<File | null>(null);
  async function send() {
    const form = new FormData();
    form.append("what", what);
    if (file) form.append("file", file);
    await call("POST", `loans/${id}/documents`, form);
    setFile(null);
    reload();
  }
  return (
    <section className="card" aria-label={t("Papers")}>
      <h2>{t("Papers")}</h2>
      {papers.length > 0 && <ul className="plain">{papers.map((p) => <li key={p.id}>{label(p.what_label)}: <a href={`/api/v1/documents/${p.id}`}>{p.file_name}</a></li>)}</ul>}
      <Form button={t("Hand it in")} send={send}>
        {(errors) => (
          <>
            <div className="field"><label htmlFor="what">{t("What it is")}</label>
              <select id="what" value={what} onChange={(e) => setWhat(e.target.value)}>{KINDS.map(([code, name]) => <option key={code} value={code}>{t(name)}</option>)}</select></div>
            <Field key={papers.length} label={t("File")} type="file" accept="application/pdf,image/jpeg,image/png" help={t("A PDF or a photograph, of at most 5 MB.")} onChange={(e) => setFile(e.target.files?.[0] ?? null)} errors={errors.file} />
          </>
        )}
      </Form>
    </section>
  );
}

function Withdraw({ id, reload }: { id: string; reload: () => void }) {
  const [asked, setAsked] = useState(false);
  if (!asked) return <button className="button quiet-button" onClick={() => setAsked(true)}>{t("Take the application back")}</button>;
  return (
    <Form button={t("Yes, take it back")} send={async () => { await call("POST", `loans/${id}/withdraw`, {}); reload(); }}>
      {() => <p>{t("The application ends. You can apply again at any time.")}</p>}
    </Form>
  );
}

function Pay({ loan, reload }: { loan: LoanDetail; reload: () => void }) {
  const [amount, setAmount] = useState(loan.next_due_amount);
  const [way, setWay] = useState("mpesa");
  const [reference, setReference] = useState("");
  const [key, setKey] = useState(() => crypto.randomUUID());
  const [done, setDone] = useState(false);
  useEffect(() => setKey(crypto.randomUUID()), [amount, way, reference]); // another payment has another key
  async function send() {
    // The same key while this payment is tried again, so that a lost line cannot pay twice.
    await call("POST", `loans/${loan.id}/payments`, { amount, channel: way, reference }, key);
    setReference("");
    setDone(true);
    reload();
  }
  return (
    <section className="card" aria-label={t("Pay")}>
      <h2>{t("Pay")}</h2>
      <p className="quiet">{t("Send the money by wallet or bank, then tell us its reference. Cash is paid at the branch.")}</p>
      {done && <div className="note good" role="status">{t("Thank you. It counts once the cashier has seen the money.")}</div>}
      <Form button={t("Report the payment")} send={send}>
        {(errors) => (
          <>
            <Field label={t("Amount (maloti)")} inputMode="decimal" value={amount} onChange={(e) => setAmount(e.target.value)} errors={errors.amount} />
            <div className="field"><label htmlFor="channel">{t("Paid by")}</label>
              <select id="channel" value={way} onChange={(e) => setWay(e.target.value)}>
                {channelCodes.filter((code) => code !== "cash").map((code) => <option key={code} value={code}>{channel(code)}</option>)}
              </select></div>
            <Field label={t("Reference of the payment")} value={reference} onChange={(e) => setReference(e.target.value)} errors={errors.reference} />
          </>
        )}
      </Form>
    </section>
  );
}
