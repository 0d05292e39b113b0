import { useState } from "react";
import { answerOf, api } from "../api/client";
import type { LoanDetail, Question } from "../api/types";
import { day } from "../format";
import { Field, Form } from "../ui/forms";
import { t } from "../words";

/** What was asked about an application and what was answered; the last may wait for its answer. */
export function Questions({ loan, reload }: { loan: LoanDetail; reload: () => void }) {
  return (
    <section className="entry" aria-label={t("What we asked, and your answers")}>
      <h2>{t("What we asked, and your answers")}</h2>
      <ul className="plain">
        {loan.questions.map((question, n) => (
          <li key={n}>
            <Asked question={question} />
          </li>
        ))}
      </ul>
      {loan.status === "info_requested" && <Answer id={loan.id} reload={reload} />}
    </section>
  );
}

function Asked({ question: { asked_on, question, answered_on, answer } }: { question: Question }) {
  const answered = answer ? t("You answered on {day}", { day: day(answered_on) }) : "";
  return (
    <>
      <span className="quiet">{t("We asked on {day}", { day: day(asked_on) })}</span>
      <br />
      {question}
      <br />
      <span className="quiet">
        {answered || (answered_on ? t("Answered on {day}", { day: day(answered_on) }) : t("Waits for your answer"))}
      </span>
      {answer && (
        <>
          <br />
          {answer}
        </>
      )}
    </>
  );
}

function Answer({ id, reload }: { id: string; reload: () => void }) {
  const [text, setText] = useState("");
  async function send() {
    await answerOf(api.POST("/api/v1/loans/{loan_id}/answer", { params: { path: { loan_id: id } }, body: { text } }));
    reload();
  }
  return (
    <Form button={t("Send the answer")} send={send}>
      {(errors) => (
        <Field label={t("Your answer")} name="text" maxLength={500} value={text} set={setText} errors={errors.text} />
      )}
    </Form>
  );
}
