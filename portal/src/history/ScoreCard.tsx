import type { PastScore, Score } from "../api/types";
import { day } from "../format";
import { Card } from "../ui/parts";
import { t } from "../words";

/** The score, its reasons, what would raise it, and how it was before. */
export function ScoreCard({ score, past }: { score: Score; past: PastScore[] }) {
  const known = past.filter((before) => before.points !== null);
  return (
    <Card title={t("Score")}>
      {score.points === null ? <p>{score.advice}</p> : <Points score={score} />}
      {score.points !== null && known.length > 0 && <Past scores={known} />}
      {score.points !== null && (
        <p className="help">
          {t("From 300 to 850, from repayment here alone: not from who you are or where you live.")}
        </p>
      )}
    </Card>
  );
}

function Band({ band }: { band: string | null }) {
  return <span className="badge">{t("Band {band}", { band: band ?? "" })}</span>;
}

function Points({ score }: { score: Score }) {
  return (
    <>
      <p className="big">
        {score.points} <Band band={score.band} />
      </p>
      <ul className="plain">
        {score.reasons.map((reason) => (
          <li key={reason.code}>
            {reason.text}{" "}
            <span className="quiet">
              {reason.points > 0 ? "+" : ""}
              {reason.points}
            </span>
          </li>
        ))}
      </ul>
      <p>
        <strong>{t("What would raise it")}</strong>: {score.advice}
      </p>
    </>
  );
}

function Past({ scores }: { scores: PastScore[] }) {
  return (
    <details>
      <summary>{t("Month by month")}</summary>
      <ul className="plain">
        {scores.map((score) => (
          <li key={score.month_end}>
            {day(score.month_end)}: {score.points} <Band band={score.band} />
          </li>
        ))}
      </ul>
    </details>
  );
}
