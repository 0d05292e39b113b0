import { useState } from "react";
import { answerOf, api, keyed } from "../api/client";
import type { Dispute } from "../api/types";
import type { Asked } from "../ui/asked";
import { Field, Form } from "../ui/forms";
import { useKey } from "../ui/state";
import { t } from "../words";

interface WrongProps {
  what: string;
  loan: string;
  entry?: string;
  disputes: Asked<Dispute[]>;
}

/** Where an entry, or a loan as a whole, is disputed; while that waits for a decision it says so instead. */
export function Wrong({ what, loan, entry, disputes }: WrongProps) {
  const [open, setOpen] = useState(false);
  const disputed = (disputes.value ?? []).some(
    (dispute) => dispute.loan === loan && dispute.entry === (entry ?? null) && !dispute.decided_on,
  );
  function sent() {
    setOpen(false);
    disputes.reload();
  }
  if (disputed) return <span className="badge waiting">{t("Disputed")}</span>;
  if (open) return <SayWhat loan={loan} entry={entry ?? null} sent={sent} />;
  return (
    <button className="link" aria-label={`${t("Wrong?")} ${what}`} onClick={() => setOpen(true)}>
      {t("Wrong?")}
    </button>
  );
}

interface SayWhatProps {
  loan: string;
  entry: string | null;
  sent: () => void;
}

function SayWhat({ loan, entry, sent }: SayWhatProps) {
  const [text, setText] = useState("");
  const key = useKey(text);
  async function send() {
    const params = { header: keyed(key) };
    await answerOf(api.POST("/api/v1/disputes", { params, body: { loan, entry, text } }));
    sent();
  }
  return (
    <div className="entry">
      <Form button={t("Send")} send={send}>
        {(errors) => (
          <Field
            label={t("What is wrong, and how it was")}
            name="text"
            maxLength={2000}
            value={text}
            set={setText}
            errors={errors.text}
          />
        )}
      </Form>
    </div>
  );
}
