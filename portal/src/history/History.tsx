import { disputesAsked, historyAsked } from "../api/questions";
import type { CreditHistory, Dispute } from "../api/types";
import { Show, useAsked, type Asked } from "../ui/asked";
import { Card, Note } from "../ui/parts";
import { t } from "../words";
import { Account } from "./Account";
import { Disputes } from "./Disputes";
import { Inquiries } from "./Inquiries";
import { ScoreCard } from "./ScoreCard";

/** What the credit history holds about the borrower here. */
export function History() {
  const history = useAsked(historyAsked);
  const disputes = useAsked(disputesAsked);
  return (
    <>
      <h1>{t("My credit history")}</h1>
      <Show of={history}>{(loaded) => <Contents history={loaded} disputes={disputes} />}</Show>
      <Show of={disputes}>{(made) => made.length > 0 && <Disputes disputes={made} />}</Show>
      <Kept />
      <p className="help">
        {t("Is something wrong here? Say so beside it: somebody who did not enter it decides within 30 days.")}
      </p>
    </>
  );
}

function Contents({ history, disputes }: { history: CreditHistory; disputes: Asked<Dispute[]> }) {
  const { available, accounts, score } = history;
  return (
    <>
      <Reach history={history} />
      {score && <ScoreCard score={score} past={history.scores} />}
      {accounts.map((account) => (
        <Account key={account.loan_number} account={account} disputes={disputes} />
      ))}
      {accounts.length > 0 && (
        <p className="help">
          {t("A square is a month, the latest on the right:")}{" "}
          {t("0 on time, 1 to 7 late by so many 30 days begun, C paid in full, W given up.")}
        </p>
      )}
      {available && <Inquiries inquiries={history.inquiries} />}
    </>
  );
}

/** Why the history may not be whole, or not be there at all. */
function Reach({ history }: { history: CreditHistory }) {
  if (!history.available) {
    return (
      <Note>
        {t("Your credit history is out of reach at the moment. Your loans are not affected; look again later.")}
      </Note>
    );
  }
  return (
    <>
      {history.waiting > 0 && <Note>{t("{count} events are still on the way here.", { count: history.waiting })}</Note>}
      {history.accounts.length === 0 && (
        <div className="card">
          <p>{t("There is no history yet. It begins with the first loan that is paid out.")}</p>
        </div>
      )}
    </>
  );
}

const KEPT: string[] = [
  "For each loan: amount, dates, what is still owed and what it costs a month.",
  "For each entry: what happened, the day, the amount, and how late the loan was after it.",
  "For each month: what was owed, what was late, and the score.",
  "Each look-up across lenders, each consent to it, each dispute and its outcome.",
  "Not your name, telephone or national ID: you are known there by a code that only this system can make.",
];

/** Exactly what the histories hold; docs/credit.md has the same for engineers. */
function Kept() {
  return (
    <Card title={t("What is kept here")}>
      <ul>
        {KEPT.map((what) => (
          <li key={what}>{t(what)}</li>
        ))}
      </ul>
    </Card>
  );
}
