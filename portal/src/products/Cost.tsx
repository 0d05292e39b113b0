import { Fragment } from "react";
import type { Quote } from "../api/types";
import { money, percent } from "../format";
import { Schedule } from "../loan/Schedule";
import { Facts } from "../ui/parts";
import { t } from "../words";

const MEANINGS: [name: string, meaning: string][] = [
  ["Interest", "The price of the money for the time that you have it."],
  ["Fee kept back", "Taken from the loan before you get it: you receive less than you borrow."],
  ["APR", "Interest and fees together, as one rate for a year. Compare loans by it, not by the interest alone."],
  ["Effective rate", "The same with interest on interest: what a year of such borrowing costs in truth."],
];

/** Each installment, the whole cost, what the figures mean, and the schedule. */
export function Cost({ quote, currency }: { quote: Quote; currency: string }) {
  return (
    <section className="card" aria-label={t("Cost")}>
      <p className="quiet">{t("Each installment")}</p>
      <p className="big">{money(quote.installment, currency)}</p>
      <Facts
        rows={[
          [t("You receive"), money(quote.net, currency)],
          [t("Fee kept back"), money(quote.fee, currency)],
          [t("Interest"), money(quote.interest, currency)],
          [t("You pay in all"), money(quote.total, currency)],
          ["APR", percent(quote.apr)],
          [t("Effective rate"), percent(quote.eir)],
        ]}
      />
      <Meanings />
      <details>
        <summary>{t("Schedule, if paid out today")}</summary>
        <Schedule rows={quote.schedule} />
      </details>
    </section>
  );
}

function Meanings() {
  return (
    <details>
      <summary>{t("What these figures mean")}</summary>
      <dl className="meanings">
        {MEANINGS.map(([name, meaning]) => (
          <Fragment key={name}>
            <dt>{name === "APR" ? name : t(name)}</dt>
            <dd>{t(meaning)}</dd>
          </Fragment>
        ))}
      </dl>
    </details>
  );
}
