import { useState } from "react";
import { answerOf, api, keyed } from "../api/client";
import { asRefused } from "../api/refused";
import type { LoanDetail, PaymentIn, PayTo } from "../api/types";
import { day, money } from "../format";
import { channelLabel, channelOptions } from "../labels";
import { Field, Form, Select, Tick } from "../ui/forms";
import { Card, Facts, Note } from "../ui/parts";
import { useFields, useKey, useRenewed } from "../ui/state";
import { t } from "../words";

interface PayProps {
  loan: LoanDetail;
  payTo: PayTo[];
  reload: () => void;
}

/** What is due, where to pay it, and reporting that it was paid: that pays nothing until a cashier has seen it. */
export function Pay({ loan, payTo, reload }: PayProps) {
  return (
    <Card title={t("Pay")}>
      {loan.next_due_date && (
        <p className="big">
          {money(loan.next_due_amount, loan.currency)}{" "}
          <span className="quiet">
            {t(loan.days_past_due ? "Overdue since {day}" : "Due on {day}", { day: day(loan.next_due_date) })}
          </span>
        </p>
      )}
      {payTo.length > 0 && <WhereTo number={loan.number} payTo={payTo} />}
      <p className="quiet">
        {t("Send the money by wallet or bank, then tell us its reference. Cash is paid at the branch.")}
      </p>
      <Report loan={loan} reload={reload} />
    </Card>
  );
}

function WhereTo({ number, payTo }: { number: string; payTo: PayTo[] }) {
  return (
    <section aria-label={t("Where and how to pay")}>
      <h2>{t("Where and how to pay")}</h2>
      <Facts rows={payTo.map(({ channel, account }) => [channelLabel(channel), account])} />
      <p>{t("Give this as the reference: {number}", { number })}</p>
    </section>
  );
}

function Report({ loan, reload }: { loan: LoanDetail; reload: () => void }) {
  const [done, setDone] = useState(false);
  const start = { amount: loan.next_due_amount, channel: "mpesa", reference: "" };
  const { values, of, reset } = useFields(start);
  const [tooMuch, setTooMuch] = useRenewed(() => false, values.amount);
  const [kept, setKept] = useRenewed(() => false, values.amount); // another amount is asked about anew
  const key = useKey(values.amount, values.channel, values.reference, String(kept));
  async function send() {
    const params = { path: { loan_id: loan.id }, header: keyed(key) };
    const body = { ...values, accept_overpayment: kept } as PaymentIn;
    try {
      await answerOf(api.POST("/api/v1/loans/{loan_id}/payments", { params, body }));
    } catch (reason) {
      setTooMuch(asRefused(reason).code === "overpayment");
      throw reason;
    }
    reset();
    setDone(true);
    reload();
  }
  return (
    <>
      {done && <Note good>{t("Thank you. It counts once the cashier has seen the money.")}</Note>}
      <Form button={t("Report the payment")} send={send}>
        {(errors) => (
          <>
            <Field label={t("Amount (maloti)")} inputMode="decimal" {...of("amount", errors)} />
            <Select label={t("Paid by")} options={channelOptions()} {...of("channel", errors)} />
            <Field label={t("Reference of the payment")} {...of("reference", errors)} />
            {tooMuch && (
              <Tick
                name="accept_overpayment"
                label={t("Keep for me what is more than I owe.")}
                checked={kept}
                set={setKept}
              />
            )}
          </>
        )}
      </Form>
    </>
  );
}
