import { useState } from "react";
import { answerOf, api } from "../api/client";
import type { LoanDetail } from "../api/types";
import { money, percent } from "../format";
import { Form } from "../ui/forms";
import { Facts, PaperLink, StatusBadge } from "../ui/parts";
import { stepLabel } from "../labels";
import { t } from "../words";
import { Questions } from "./Questions";
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
        <StatusBadge status={loan.status} late={loan.days_past_due} /> <span className="quiet">{loan.number}</span>
      </p>
      <p className="lead">{sentence(loan)}</p>
      <Steps steps={loan.steps} />
      <Facts rows={figures(loan, payOff)} />
      <p>
        <PaperLink path={`loans/${loan.id}/key-facts.pdf`}>{t("Key facts you agreed to")}</PaperLink>
      </p>
      {loan.questions.length > 0 && <Questions loan={loan} reload={reload} />}
      {loan.may_withdraw && <Withdraw id={loan.id} reload={reload} />}
    </section>
  );
}

function Steps({ steps }: { steps: LoanDetail["steps"] }) {
  return (
    <ol className="steps">
      {steps.map((step) => (
        <li key={step.name} className={step.state} aria-current={step.state === "now" ? "step" : undefined}>
          {stepLabel(step.name)}
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

function Withdraw({ id, reload }: { id: string; reload: () => void }) {
  const [asked, setAsked] = useState(false);
  async function send() {
    await answerOf(api.POST("/api/v1/loans/{loan_id}/withdraw", { params: { path: { loan_id: id } } }));
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
