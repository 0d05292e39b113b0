import type { LoanDetail } from "../api/types";
import { day, money } from "../format";
import { t } from "../words";

const SENTENCES: Record<string, string> = {
  submitted: "Your application has arrived. An officer will look at it.",
  under_review: "An officer is reviewing your application.",
  info_requested: "We need something from you: {reason}",
  reviewed: "The review is done. A second person now decides.",
  approved: "Approved. The money will be paid out next.",
  rejected: "Not approved. {reason}",
  withdrawn: "You took this application back.",
  active: "{amount} is due on {day}.",
  overpaid: "Everything is paid, and {amount} too much. Ask your branch for it.",
  charged_off: "{amount} is still owed, and long overdue. Talk to your branch: every payment counts.",
  written_off: "We no longer expect this loan to be repaid. Talk to your branch: what you pay still counts.",
};

/** Where a loan stands, as one would say it. */
export function sentence(loan: LoanDetail): string {
  const late = loan.status === "active" && loan.days_past_due > 0;
  const words = late ? "{amount} has been due since {day}." : SENTENCES[loan.status];
  const values = { amount: money(amount(loan), loan.currency), day: day(loan.next_due_date), reason: loan.reason };
  return t(words ?? "Everything is paid. Thank you.", values);
}

function amount(loan: LoanDetail): string {
  if (loan.status === "overpaid") return loan.overpaid;
  return loan.status === "charged_off" ? loan.outstanding : loan.next_due_amount;
}
