import type { Inquiry } from "../api/types";
import { moment } from "../format";
import { Card } from "../ui/parts";
import { t } from "../words";

/** Who asked about the borrower across lenders, and why. */
export function Inquiries({ inquiries }: { inquiries: Inquiry[] }) {
  return (
    <Card title={t("Who asked about me")}>
      {inquiries.length === 0 ? (
        <p className="quiet">{t("Nobody has asked.")}</p>
      ) : (
        <ul className="plain">
          {inquiries.map((inquiry, n) => (
            <li key={n}>
              {moment(new Date(inquiry.at))}: {t(inquiry.own ? "This lender asked the others" : "Another lender asked")}
              , {t(inquiry.purpose === "application" ? "for an application" : "for a loan that runs")}
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
