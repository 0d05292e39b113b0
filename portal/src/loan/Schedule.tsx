import type { Installment } from "../api/types";
import { day, grouped } from "../format";
import { t } from "../words";

/** What falls due when; of a loan that was paid out (`paid`), what is left of it. */
export function Schedule({ rows, paid = false }: { rows: Installment[]; paid?: boolean }) {
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label={t("Schedule")}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t("Due")}</th>
            <th scope="col" className="right">
              {t("Installment")}
            </th>
            <th scope="col" className="right">
              {paid ? t("Left") : t("Interest")}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Row key={row.n} row={row} paid={paid} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ row, paid }: { row: Installment; paid: boolean }) {
  const settled = paid && row.outstanding === "0.00";
  const last = grouped(paid ? row.outstanding : row.interest);
  return (
    <tr className={settled ? "settled" : ""}>
      <td>
        {row.n}. {day(row.due_date)}
      </td>
      <td className="right">{grouped(row.total_due)}</td>
      <td className="right">{settled ? t("Paid") : last}</td>
    </tr>
  );
}
