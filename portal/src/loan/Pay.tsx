import { useState } from "react";
import { call, type LoanDetail } from "../api";
import { channelOptions } from "../labels";
import { Field, Form, Select } from "../ui/forms";
import { Card, Note } from "../ui/parts";
import { useKey } from "../ui/state";
import { t } from "../words";

/** Reports a payment by wallet or bank; it pays nothing until a cashier has seen the money. */
export function Pay({ loan, reload }: { loan: LoanDetail; reload: () => void }) {
  const [amount, setAmount] = useState(loan.next_due_amount);
  const [channel, setChannel] = useState("mpesa");
  const [reference, setReference] = useState("");
  const [done, setDone] = useState(false);
  const key = useKey(amount, channel, reference);
  async function send() {
    await call("POST", `loans/${loan.id}/payments`, { amount, channel, reference }, key);
    setReference("");
    setDone(true);
    reload();
  }
  return (
    <Card title={t("Pay")}>
      <p className="quiet">
        {t("Send the money by wallet or bank, then tell us its reference. Cash is paid at the branch.")}
      </p>
      {done && <Note good>{t("Thank you. It counts once the cashier has seen the money.")}</Note>}
      <Form button={t("Report the payment")} send={send}>
        {(errors) => (
          <>
            <Field
              label={t("Amount (maloti)")}
              inputMode="decimal"
              value={amount}
              set={setAmount}
              errors={errors.amount}
            />
            <Select label={t("Paid by")} options={channelOptions()} value={channel} set={setChannel} />
            <Field
              label={t("Reference of the payment")}
              value={reference}
              set={setReference}
              errors={errors.reference}
            />
          </>
        )}
      </Form>
    </Card>
  );
}
