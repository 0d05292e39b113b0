import type { Statement } from "../api/types";
import { day } from "../format";
import { movementLabel } from "../labels";
import { PaperLink } from "../ui/parts";
import { t } from "../words";

/** A loan's movements of money, folded away; as a spreadsheet and as a paper too. */
export function StatementCard({ loan, statement }: { loan: string; statement: Statement }) {
  return (
    <section className="card" aria-label={t("Statement")}>
      <details>
        <summary>{t("Statement")}</summary>
        <div className="scroll" tabIndex={0} role="region" aria-label={t("Movements of money")}>
          <Movements rows={statement.rows} />
        </div>
        <p>
          <a href={`/api/v1/loans/${loan}/statement.csv`} download>
            {t("Download as a spreadsheet")}
          </a>{" "}
          · <PaperLink path={`loans/${loan}/statement.pdf`}>{t("Download as a paper")}</PaperLink>
        </p>
      </details>
    </section>
  );
}

function Movements({ rows }: { rows: Statement["rows"] }) {
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">{t("Date")}</th>
          <th scope="col">{t("What")}</th>
          <th scope="col" className="right">
            {t("Amount")}
          </th>
          <th scope="col" className="right">
            {t("Principal left")}
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row, n) => (
          <tr key={n} className={row.undone ? "undone" : ""}>
            <td>{day(row.date)}</td>
            <td>
              {movementLabel(row.type)}
              {row.undone && ` (${t("Reversed")})`}
            </td>
            <td className="right">{row.amount}</td>
            <td className="right">{row.balance}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
