import type { Dispute, HistoryAccount, HistoryEvent } from "../api/types";
import { day, money } from "../format";
import { movementLabel } from "../labels";
import type { Asked } from "../ui/asked";
import { StatusBadge } from "../ui/parts";
import { t } from "../words";
import { Wrong } from "./Wrong";

/** One loan in the history: its months, its entries, and where to say that one of them is wrong. */
export function Account({ account, disputes }: { account: HistoryAccount; disputes: Asked<Dispute[]> }) {
  const { loan, loan_number: number } = account;
  const whole = t("The loan as a whole");
  return (
    <section className="card" aria-label={t("Loan {number}", { number })}>
      <h2>
        {number} <StatusBadge status={account.status} />
      </h2>
      <p>{paidOut(account)}</p>
      <Squares profile={account.profile} />
      <ul className="plain">
        {account.events.map((event) => (
          <li key={event.id}>
            {entry(event)} <Wrong what={entry(event)} loan={loan} entry={event.id} disputes={disputes} />
          </li>
        ))}
      </ul>
      {account.months.length > 0 && <Months months={account.months} />}
      <div className="entry">
        {whole} <Wrong what={whole} loan={loan} disputes={disputes} />
      </div>
    </section>
  );
}

function paidOut({ principal, disbursed_on, closed_on }: HistoryAccount): string {
  const values = { amount: money(principal), day: day(disbursed_on), closed: day(closed_on) };
  return t(closed_on ? "{amount} paid out {day}, closed {closed}" : "{amount} paid out {day}", values);
}

function entry({ kind, value_date, amount }: HistoryEvent): string {
  const what = `${day(value_date)}: ${movementLabel(kind)}`;
  return kind === "closed" ? what : `${what} ${money(amount)}`;
}

const COLOURS: Record<string, string> = { "0": "good", "C": "good", "W": "lost", "-": "none" };

/** A square for each month, the latest last; `profile` has the latest first. */
function Squares({ profile }: { profile: string }) {
  return (
    <p className="profile" role="img" aria-label={t("The last 24 months")}>
      {Array.from(profile)
        .reverse()
        .map((sign, n) => (
          <span key={n} className={`month month-${COLOURS[sign] ?? "late"}`}>
            {sign === "-" ? "" : sign}
          </span>
        ))}
    </p>
  );
}

type Month = HistoryAccount["months"][number];

/** How a loan stood at the end of each month. */
function Months({ months }: { months: Month[] }) {
  return (
    <details>
      <summary>{t("Month by month")}</summary>
      <ul className="plain">
        {months.map((month) => (
          <li key={month.month_end}>{stood(month)}</li>
        ))}
      </ul>
    </details>
  );
}

function stood({ month_end, balance, overdue, days_past_due: days }: Month): string {
  const values = { day: day(month_end), amount: money(balance), late: money(overdue), days };
  if (days > 0) return t("{day}: {amount} outstanding, {late} of it {days} days late", values);
  return t("{day}: {amount} outstanding, nothing late", values);
}
