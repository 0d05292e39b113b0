import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { answerOf, api, keyed } from "../api/client";
import { termsAsked } from "../api/questions";
import { asRefused, refuseField, type Errors } from "../api/refused";
import type { KeyFacts, LoanDetail } from "../api/types";
import { grouped, day, money, percent } from "../format";
import { wholeCost } from "../products/facts";
import { useSettled } from "../products/quote";
import { Show, useAsked } from "../ui/asked";
import { Field, Form, Tick } from "../ui/forms";
import { Card, Facts } from "../ui/parts";
import { useFields, useKey, useRenewed } from "../ui/state";
import { language, t } from "../words";

interface TermsProps {
  loan: LoanDetail;
  reload: () => void;
}

/** The terms of an application that were changed since its borrower agreed to them: they are agreed to anew. */
export function Agree({ loan, reload }: TermsProps) {
  const terms = useAsked(termsAsked(loan.id));
  return (
    <Card title={t("The terms were changed. Do you agree?")}>
      <p>{t("The money is paid out once you have agreed to these terms.")}</p>
      <Show of={terms}>{(keyFacts) => <Agreement loan={loan} keyFacts={keyFacts} reload={reload} />}</Show>
    </Card>
  );
}

function Agreement({ loan, keyFacts, reload }: { loan: LoanDetail; keyFacts: KeyFacts; reload: () => void }) {
  const [agreed, setAgreed] = useRenewed(() => false, keyFacts.hash); // to other figures one agrees anew
  async function send() {
    if (!agreed) throw refuseField("agreed", "agree_to_key_facts");
    const params = { path: { loan_id: loan.id } };
    const body = { agreed: keyFacts.hash, language: language() };
    await answerOf(api.POST("/api/v1/loans/{loan_id}/agree", { params, body }));
    reload();
  }
  return (
    <Form button={t("I agree")} send={send}>
      {(errors) => <KeyTerms keyFacts={keyFacts} agreed={agreed} setAgreed={setAgreed} errors={errors} />}
    </Form>
  );
}

/** An application that was returned may ask for another amount or term; the review then goes on. */
export function Change(props: TermsProps) {
  const [open, setOpen] = useState(false);
  const now = useAsked(termsAsked(props.loan.id));
  return (
    <Card title={t("Change what you ask for")}>
      {open ? (
        <Show of={now}>{({ facts }) => <Changed {...props} now={facts} />}</Show>
      ) : (
        <button className="button quiet-button" onClick={() => setOpen(true)}>
          {t("Change amount or term")}
        </button>
      )}
    </Card>
  );
}

function Changed({ loan, now, reload }: TermsProps & { now: KeyFacts["facts"] }) {
  const start = { principal: now.principal, installments: String(now.installments), purpose: loan.purpose };
  const { values, of } = useFields(start);
  const key = useKey(values.principal, values.installments, values.purpose);
  const [principal, installments] = useSettled(values.principal, values.installments);
  const terms = termsAsked(loan.id, { principal, installments });
  const { data, error } = useQuery({ ...terms, placeholderData: keepPreviousData });
  const [agreed, setAgreed] = useRenewed(() => false, data?.hash ?? "");
  const refused = error && asRefused(error);
  async function send() {
    if (refused) throw refused;
    if (!data || !agreed) throw refuseField("agreed", "agree_to_key_facts");
    const params = { path: { loan_id: loan.id }, header: keyed(key) };
    const wanted = { ...values, installments: Number(values.installments) };
    const body = { ...wanted, agreed: data.hash, language: language() };
    await answerOf(api.POST("/api/v1/loans/{loan_id}/change", { params, body }));
    reload();
  }
  return (
    <Form button={t("Send the change")} send={send}>
      {(errors) => (
        <>
          <Field label={t("Amount (maloti)")} inputMode="decimal" {...of("principal", at(errors, refused?.errors))} />
          <Field label={t("Installments")} inputMode="numeric" {...of("installments", at(errors, refused?.errors))} />
          <Field label={t("What is it for? (optional)")} maxLength={200} {...of("purpose", errors)} />
          {data && !refused && <KeyTerms keyFacts={data} agreed={agreed} setAgreed={setAgreed} errors={errors} />}
        </>
      )}
    </Form>
  );
}

/** What is wrong with what was sent; before that, with what is filled in. */
const at = (sent: Errors, filled: Errors | undefined): Errors => (Object.keys(sent).length > 0 ? sent : (filled ?? {}));

interface KeyTermsProps {
  keyFacts: KeyFacts;
  agreed: boolean;
  setAgreed: (agreed: boolean) => void;
  errors: Errors;
}

function KeyTerms({ keyFacts: { facts }, agreed, setAgreed, errors }: KeyTermsProps): ReactNode {
  return (
    <>
      <h2>{t("Key facts of your loan")}</h2>
      <p>{wholeCost(facts)}</p>
      <Facts
        rows={[
          [t("Borrowed"), money(facts.principal, facts.currency)],
          [t("You receive"), money(facts.net, facts.currency)],
          [t("Each installment"), money(facts.installment, facts.currency)],
          [t("You pay in all"), money(facts.total, facts.currency)],
          ["APR", percent(facts.apr)],
        ]}
      />
      <details>
        <summary>{t("Schedule, if paid out on the day you applied")}</summary>
        <ol className="plain">
          {facts.schedule.map((row) => (
            <li key={row.n}>
              {row.n}. {day(row.due_date)}: {grouped(row.total_due)}
            </li>
          ))}
        </ol>
      </details>
      <Tick
        name="agreed"
        label={t("I have read the key facts and agree to them.")}
        checked={agreed}
        set={setAgreed}
        errors={errors.agreed}
      />
    </>
  );
}
