import { useState } from "react";
import { call, type LoanDetail } from "../api";
import { money, percent } from "../format";
import { Field, Form } from "../ui/forms";
import { Facts, PaperLink, StatusBadge } from "../ui/parts";
import { label, t } from "../words";
import { sentence } from "./sentence";

interface StandingProps {
  loan: LoanDetail;
  payOff: string | null;
  reload: () => void;
}

/** Where a loan stands, in a sentence, as steps and in figures; `payOff` settles it where it runs. */
export function Standing({ loan, payOff, reload }: StandingProps) {
  return (
    <section className="card" aria-label={t("Where it stands")}>
      <p>
        <StatusBadge status={loan.status} late={loan.days_late} /> <span className="quiet">{loan.number}</span>
      </p>
      <p className="lead">{sentence(loan)}</p>
      <Steps steps={loan.steps} />
      <Facts rows={figures(loan, payOff)} />
      <p>
        <PaperLink path={`loans/${loan.id}/key-facts.pdf`}>{t("Key facts you agreed to")}</PaperLink>
      </p>
      {loan.status === "info_requested" && <Answer id={loan.id} reload={reload} />}
      {loan.may_withdraw && <Withdraw id={loan.id} reload={reload} />}
    </section>
  );
}

function Steps({ steps }: { steps: LoanDetail["steps"] }) {
  return (
    <ol className="steps">
      {steps.map((step) => (
        <li key={step.label} className={step.state} aria-current={step.state === "now" ? "step" : undefined}>
          {label(step.label)}
        </li>
      ))}
    </ol>
  );
}

function figures(loan: LoanDetail, payOff: string | null): [string, string][] {
  const amount = (text: string) => money(text, loan.currency);
  const rows: [string, string][] = [
    [t("Borrowed"), amount(loan.principal)],
    [t("You receive"), amount(loan.net)],
    [t("Paid back"), amount(loan.paid)],
    [t("Still to pay"), loan.disbursed_on ? amount(loan.outstanding) : "—"],
    ["APR", percent(loan.apr)],
    [t("Effective rate"), percent(loan.eir)],
  ];
  if (payOff !== null) rows.push([t("To settle everything today"), amount(payOff)]);
  return rows;
}

function Answer({ id, reload }: { id: string; reload: () => void }) {
  const [text, setText] = useState("");
  async function send() {
    await call("POST", `loans/${id}/answer`, { text });
    reload();
  }
  return (
    <Form button={t("Send the answer")} send={send}>
      {(errors) => <Field label={t("Your answer")} maxLength={500} value={text} set={setText} errors={errors.text} />}
    </Form>
  );
}

function Withdraw({ id, reload }: { id: string; reload: () => void }) {
  const [asked, setAsked] = useState(false);
  async function send() {
    await call("POST", `loans/${id}/withdraw`, {});
    reload();
  }
  if (!asked) {
    return (
      <button className="button quiet-button" onClick={() => setAsked(true)}>
        {t("Take the application back")}
      </button>
    );
  }
  return (
    <Form button={t("Yes, take it back")} send={send}>
      {() => <p>{t("The application ends. You can apply again at any time.")}</p>}
    </Form>
  );
}
