import { useEffect, useState } from "react";
import { call, type Dispute, type History as Found } from "./api";
import { day, moment, money } from "./format";
import { Field, Form, Pill, Show, useLoad } from "./ui";
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
  const disputes = useLoad(() => call<Dispute[]>("GET", "disputes"));
  return (
    <>
      <h1>{t("My credit history")}</h1>
      <Show of={history}>
        {(found) => (
          <>
            {!found.available && <div className="note" role="status">{t("Your credit history is out of reach at the moment. Your loans are not affected; look again later.")}</div>}
            {found.available && found.waiting > 0 && <div className="note" role="status">{t("{count} events are still on the way here.", { count: found.waiting })}</div>}
            {found.available && found.accounts.length === 0 && <div className="card"><p>{t("There is no history yet. It begins with the first loan that is paid out.")}</p></div>}
            {found.score && <Score score={found.score} past={found.scores} />}
            {found.accounts.map((a) => (
              <section className="card" key={a.loan_number} aria-label={t("Loan {number}", { number: a.loan_number })}>
                <h2>{a.loan_number} <Pill status={a.status} label={STATES[a.status] ?? a.status} /></h2>
                <p>{t(a.closed_on ? "{amount} paid out {day}, closed {closed}" : "{amount} paid out {day}", { amount: money(a.principal), day: day(a.disbursed_on), closed: day(a.closed_on) })}</p>
                <p className="profile" role="img" aria-label={t("The last 24 months")}>{[...a.profile].reverse().map((sign, n) => <span key={n} className={`month month-${SIGNS[sign] ?? "late"}`}>{sign === "-" ? "" : sign}</span>)}</p>
                <ul className="plain">{a.events.map((e) => (
                  <li key={e.id}>{entry(e)} <Wrong what={entry(e)} loan={a.loan} entry={e.id} disputes={disputes.value ?? []} changed={disputes.reload} /></li>
                ))}</ul>
                {a.months.length > 0 && <Months of={a.months} />}
                <div className="entry">{t("The loan as a whole")} <Wrong what={t("The loan as a whole")} loan={a.loan} disputes={disputes.value ?? []} changed={disputes.reload} /></div>
              </section>
            ))}
            {found.accounts.length > 0 && <p className="help">{t("A square is a month, the latest on the right: 0 on time, 1 to 7 late by so many 30 days begun, C paid in full, W given up.")}</p>}
            {found.available && <LookUps asked={found.look_ups} />}
          </>
        )}
      </Show>
      <Show of={disputes}>{(found) => found.length > 0 && <Disputes found={found} />}</Show>
      <Kept />
      <p className="help">{t("Is something wrong here? Say so beside it: somebody who did not enter it decides within 30 days.")}</p>
    </>
  );
}

/** How a loan stood at the end of each month. */
function Months({ of }: { of: Found["accounts"][number]["months"] }) {
  return (
    <details>
      <summary>{t("Month by month")}</summary>
      <ul className="plain">{of.map((m) => (
        <li key={m.month_end}>{t(m.days_late > 0 ? "{day}: {amount} outstanding, {late} of it {days} days late" : "{day}: {amount} outstanding, nothing late", { day: day(m.month_end), amount: money(m.balance), late: money(m.overdue), days: m.days_late })}</li>
      ))}</ul>
    </details>
  );
}

const KEPT: Words[] = [
  "For each loan: amount, dates, what is still owed and what it costs a month.",
  "For each entry: what happened, the day, the amount, and how late the loan was after it.",
  "For each month: what was owed, what was late, and the score.",
  "Each look-up across lenders, each consent to it, each dispute and its outcome.",
  "Not your name, telephone or national ID: you are known there by a code that only this system can make.",
];

/** Exactly what the histories hold; docs/credit.md has the same for engineers. */
function Kept() {
  return (
    <section className="card" aria-label={t("What is kept here")}>
      <h2>{t("What is kept here")}</h2>
      <ul>{KEPT.map((what) => <li key={what}>{t(what)}</li>)}</ul>
    </section>
  );
}

type Entry = Found["accounts"][number]["events"][number];

function entry(e: Entry): string {
  return `${day(e.value_date)}: ${e.kind in KINDS ? t(KINDS[e.kind]) : e.kind}${e.kind === "closed" ? "" : ` ${money(e.amount)}`}`;
}

/** Where an entry, or a loan as a whole, is disputed; while that waits for a decision it says so instead. */
function Wrong({ what, loan, entry, disputes, changed }: {
  what: string; loan: string; entry?: string; disputes: Dispute[]; changed: () => void;
}) {
  const [open, setOpen] = useState(false);
  const [text, setText] = useState("");
  const [key, setKey] = useState(() => crypto.randomUUID());
  useEffect(() => setKey(crypto.randomUUID()), [text]);
  const waits = disputes.find((d) => d.loan === loan && d.entry === (entry ?? null) && !d.decided_on);
  async function send() {
    await call("POST", "disputes", { loan, entry: entry ?? null, text }, key);
    setOpen(false);
    changed();
  }
  if (waits) return <span className="pill waiting">{t("Disputed")}</span>;
  if (!open) return <button className="link" aria-label={`${t("Wrong?")} ${what}`} onClick={() => setOpen(true)}>{t("Wrong?")}</button>;
  return (
    <div className="entry">
      <Form button={t("Send")} send={send}>
        {(errors) => <Field label={t("What is wrong, and how it was")} maxLength={2000} value={text} onChange={(e) => setText(e.target.value)} errors={errors.text} />}
      </Form>
    </div>
  );
}

const OUTCOMES: Record<string, Words> = { corrected: "It was wrong and is corrected", stands: "It is right and stays" };

function Disputes({ found }: { found: Dispute[] }) {
  return (
    <section className="card" aria-label={t("What I disputed")}>
      <h2>{t("What I disputed")}</h2>
      <ul className="plain">{found.map((d) => (
        <li key={d.id}><strong>{d.loan_number}</strong>: {d.text}<br />
          {d.decided_on ? <>{day(d.decided_on)}: {t(OUTCOMES[d.outcome])}. {d.answer}</> : <span className="quiet">{t("To be decided by {day}", { day: day(d.due_on) })}</span>}</li>
      ))}</ul>
    </section>
  );
}

const SIGNS: Record<string, string> = { "0": "good", C: "good", W: "lost", "-": "none" };

function Score({ score, past }: { score: NonNullable<Found["score"]>; past: Found["scores"] }) {
  return (
    <section className="card" aria-label={t("Score")}>
      <h2>{t("Score")}</h2>
      {score.points === null ? <p>{score.advice}</p> : (
        <>
          <p className="big">{score.points} <span className="pill">{t("Band {band}", { band: score.band ?? "" })}</span></p>
          <ul className="plain">{score.reasons.map((r) => <li key={r.code}>{r.text} <span className="quiet">{r.points > 0 ? "+" : ""}{r.points}</span></li>)}</ul>
          <p><strong>{t("What would raise it")}</strong>: {score.advice}</p>
          {past.some((p) => p.points !== null) && (
            <details>
              <summary>{t("Month by month")}</summary>
              <ul className="plain">{past.filter((p) => p.points !== null).map((p) => <li key={p.month_end}>{day(p.month_end)}: {p.points} <span className="pill">{t("Band {band}", { band: p.band ?? "" })}</span></li>)}</ul>
            </details>
          )}
          <p className="help">{t("From 300 to 850, from repayment here alone: not from who you are or where you live.")}</p>
        </>
      )}
    </section>
  );
}

function LookUps({ asked }: { asked: Found["look_ups"] }) {
  return (
    <section className="card" aria-label={t("Who asked about me")}>
      <h2>{t("Who asked about me")}</h2>
      {asked.length === 0 ? <p className="quiet">{t("Nobody has asked.")}</p>
        : <ul className="plain">{asked.map((a, n) => <li key={n}>{moment(new Date(a.at))}: {t(a.own ? "This lender asked the others" : "Another lender asked")}, {t(a.purpose === "application" ? "for an application" : "for a loan that runs")}</li>)}</ul>}
    </section>
  );
}
