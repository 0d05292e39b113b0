import {
  call,
  type Installment,
  type LoanDetail,
  type LoanDocument,
  type Page,
  type Payment,
  type Repayment,
  type Statement,
} from "../api";
import { Show, useLoad } from "../ui/loading";
import { t } from "../words";
import { Documents } from "./Documents";
import { Pay } from "./Pay";
import { Receipts, Reported } from "./Payments";
import { Schedule } from "./Schedule";
import { Standing } from "./Standing";
import { StatementCard } from "./StatementCard";

interface Everything {
  loan: LoanDetail;
  schedule: Installment[];
  repayments: Repayment[];
  payments: Payment[];
  statement: Statement;
  payOff: string;
  documents: LoanDocument[];
}

const OPEN = ["submitted", "under_review", "info_requested", "reviewed", "approved"];
const RUNNING = ["active", "charged_off"];

async function loadEverything(id: string): Promise<Everything> {
  const [loan, schedule, repayments, payments, statement, payOff, documents] = await Promise.all([
    call<LoanDetail>("GET", `loans/${id}`),
    call<Installment[]>("GET", `loans/${id}/schedule`),
    call<Repayment[]>("GET", `loans/${id}/repayments`),
    call<Page<Payment>>("GET", `loans/${id}/payments?most=200`),
    call<Statement>("GET", `loans/${id}/statement`),
    call<{ amount: string }>("GET", `loans/${id}/pay-off`),
    call<LoanDocument[]>("GET", `loans/${id}/documents`),
  ]);
  return { loan, schedule, repayments, payments: payments.items, statement, payOff: payOff.amount, documents };
}

/** One loan: where it stands in plain sentences, what is due, paying, receipts, statement. */
export function LoanPage({ id }: { id: string }) {
  const everything = useLoad(() => loadEverything(id));
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
      {OPEN.includes(loan.status) && <Documents loan={loan.id} documents={rest.documents} reload={reload} />}
      {running && <Pay loan={loan} reload={reload} />}
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
