import { loanAsked } from "../api/questions";
import { Show, useAsked } from "../ui/asked";
import { t } from "../words";
import { Documents } from "./Documents";
import { Pay } from "./Pay";
import { Receipts, Reported } from "./Payments";
import { Schedule } from "./Schedule";
import { Standing } from "./Standing";
import { StatementCard } from "./StatementCard";
import { Agree, Change } from "./Terms";

type Everything = Awaited<ReturnType<ReturnType<typeof loanAsked>["queryFn"]>>;

const OPEN = ["submitted", "under_review", "info_requested", "reviewed", "approved"];
const RUNNING = ["active", "charged_off"];

/** One loan: where it stands in plain sentences, what is due, paying, receipts, statement. */
export function LoanPage({ id }: { id: string }) {
  const everything = useAsked(loanAsked(id));
  return (
    <>
      <p>
        <a href="#/">{t("All loans")}</a>
      </p>
      <Show of={everything}>{(loaded) => <Parts {...loaded} reload={everything.reload} />}</Show>
    </>
  );
}

function Parts({ loan, reload, ...rest }: Everything & { reload: () => void }) {
  const running = RUNNING.includes(loan.status);
  return (
    <>
      <h1>{loan.product}</h1>
      <Standing loan={loan} payOff={running ? rest.payOff : null} reload={reload} />
      {loan.agreement_wanted && <Agree loan={loan} reload={reload} />}
      {loan.may_change && <Change loan={loan} reload={reload} />}
      {OPEN.includes(loan.status) && <Documents loan={loan.id} documents={rest.documents} reload={reload} />}
      {running && <Pay loan={loan} payTo={rest.payTo} reload={reload} />}
      <section className="card" aria-label={t("Installments")}>
        <h2>{t(loan.disbursed_on ? "Schedule" : "Schedule, if paid out on the day you applied")}</h2>
        <Schedule rows={rest.schedule} paid={!!loan.disbursed_on} />
      </section>
      {rest.payments.length > 0 && <Reported payments={rest.payments} currency={loan.currency} />}
      {rest.repayments.length > 0 && <Receipts loan={loan} repayments={rest.repayments} />}
      {rest.statement.rows.length > 0 && <StatementCard loan={loan.id} statement={rest.statement} />}
    </>
  );
}
