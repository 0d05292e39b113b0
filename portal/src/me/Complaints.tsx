import { useState } from "react";
import { answerOf, api, keyed } from "../api/client";
import { complaintsAsked } from "../api/questions";
import type { Complaint, ComplaintIn } from "../api/types";
import { day } from "../format";
import { complaintLabel, complaintOptions } from "../labels";
import { Show, useAsked } from "../ui/asked";
import { Field, Form, Select } from "../ui/forms";
import { Card } from "../ui/parts";
import { useKey } from "../ui/state";
import { t } from "../words";

/** What one complained of, its answer, and complaining. */
export function Complaints() {
  const complaints = useAsked(complaintsAsked);
  return (
    <Card title={t("Complaints")}>
      <p className="quiet">
        {t("You are answered within 30 days. If you are not, turn to the Central Bank of Lesotho.")}
      </p>
      <Show of={complaints}>
        {(made) => (
          <ul className="plain">
            {made.map((complaint) => (
              <li key={complaint.id}>
                <strong>{complaintLabel(complaint.about)}</strong>: {complaint.text}
                <br />
                <Answer complaint={complaint} />
              </li>
            ))}
          </ul>
        )}
      </Show>
      <Complain sent={complaints.reload} />
    </Card>
  );
}

function Answer({ complaint }: { complaint: Complaint }) {
  if (complaint.answered_on) {
    return (
      <>
        {t("Answered {day}", { day: day(complaint.answered_on) })}: {complaint.answer}
      </>
    );
  }
  return <span className="quiet">{t("To be answered by {day}", { day: day(complaint.due_on) })}</span>;
}

function Complain({ sent }: { sent: () => void }) {
  const [about, setAbout] = useState("service");
  const [text, setText] = useState("");
  const key = useKey(about, text);
  async function send() {
    const params = { header: keyed(key) };
    await answerOf(api.POST("/api/v1/complaints", { params, body: { about, text } as ComplaintIn }));
    setText("");
    sent();
  }
  return (
    <Form button={t("Send the complaint")} send={send}>
      {(errors) => (
        <>
          <Select
            label={t("What it is about")}
            name="about"
            options={complaintOptions()}
            value={about}
            set={setAbout}
            errors={errors.about}
          />
          <Field
            label={t("What happened")}
            name="text"
            maxLength={2000}
            value={text}
            set={setText}
            errors={errors.text}
          />
        </>
      )}
    </Form>
  );
}
