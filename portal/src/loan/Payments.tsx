import type { LoanDetail, Payment, Repayment } from "../api/types";
import { day, money } from "../format";
import { channelLabel } from "../labels";
import { Card, PaperLink, StatusBadge } from "../ui/parts";
import { t } from "../words";

/** Payments that the borrower reported, and what became of them. */
export function Reported({ payments, currency }: { payments: Payment[]; currency: string }) {
  return (
    <Card title={t("Payments you reported")}>
      <ul className="plain">
        {payments.map((payment) => (
          <li key={payment.id}>
            {reported(payment, currency)} <StatusBadge status={payment.status} />
            {payment.decided_reason && <> — {payment.decided_reason}</>}
          </li>
        ))}
      </ul>
    </Card>
  );
}

function reported(payment: Payment, currency: string): string {
  return t("{amount} by {channel} {reference}, {day}", {
    amount: money(payment.amount, currency),
    channel: channelLabel(payment.channel),
    reference: payment.reference,
    day: day(payment.paid_on),
  });
}

/** What was received, with a receipt for each. */
export function Receipts({ loan, repayments }: { loan: LoanDetail; repayments: Repayment[] }) {
  return (
    <Card title={t("Receipts")}>
      <ul className="plain">
        {repayments.map((repayment) => (
          <Receipt key={repayment.id} loan={loan} repayment={repayment} />
        ))}
      </ul>
    </Card>
  );
}

function Receipt({ loan, repayment }: { loan: LoanDetail; repayment: Repayment }) {
  const received = t("{amount}, {day}, by {channel}", {
    amount: money(repayment.amount, loan.currency),
    day: day(repayment.date),
    channel: channelLabel(repayment.channel),
  });
  const { number } = repayment;
  return (
    <li className={repayment.reversed ? "undone" : ""}>
      <span>{received}</span>{" "}
      <PaperLink
        path={`loans/${loan.id}/receipts/${repayment.id}.pdf`}
        label={t("Receipt {number} as a paper", { number })}
      >
        {number}
      </PaperLink>
      {repayment.reversed && <span className="badge">{t("Reversed")}</span>}
    </li>
  );
}
