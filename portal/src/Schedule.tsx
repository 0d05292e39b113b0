import type { Installment } from "./api";
import { day } from "./format";
import { t } from "./words";

/** What falls due when. */
export function Schedule({ rows, paid = false }: { rows: Installment[]; paid?: boolean }) {
  const plain = (amount: string) => amount.replace(/\B(?=(\d{3})+(?!\d)\.)/g, ",");
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label={t("Schedule")}>
      <table>
        <thead><tr><th scope="col">{t("Due")}</th><th scope="col" className="right">{t("Installment")}</th><th scope="col" className="right">{paid ? t("Left") : t("Interest")}</th></tr></thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.n} className={paid && row.outstanding === "0.00" ? "settled" : ""}>
              <td>{row.n}. {day(row.due_date)}</td><td className="right">{plain(row.total_due)}</td>
              <td className="right">{paid ? (row.outstanding === "0.00" ? t("Paid") : plain(row.outstanding)) : plain(row.interest)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
