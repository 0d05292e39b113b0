import type { Dispute } from "../api/types";
import { day } from "../format";
import { outcomeLabel } from "../labels";
import { Card } from "../ui/parts";
import { t } from "../words";

/** What one disputed, and what was decided. */
export function Disputes({ disputes }: { disputes: Dispute[] }) {
  return (
    <Card title={t("What I disputed")}>
      <ul className="plain">
        {disputes.map((dispute) => (
          <li key={dispute.id}>
            <strong>{dispute.loan_number}</strong>: {dispute.text}
            <br />
            <Decision dispute={dispute} />
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Decision({ dispute }: { dispute: Dispute }) {
  if (dispute.decided_on) {
    return (
      <>
        {day(dispute.decided_on)}: {outcomeLabel(dispute.outcome)}. {dispute.answer}
      </>
    );
  }
  return <span className="quiet">{t("To be decided by {day}", { day: day(dispute.due_on) })}</span>;
}
