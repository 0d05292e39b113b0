import type { KeyFacts } from "../api/types";
import { day, money } from "../format";
import { t } from "../words";

/** What a loan costs in all, as one sentence. */
export function wholeCost({ cost, net, total, last_due, currency }: KeyFacts["facts"]): string {
  return t("The loan costs you {cost} in all: you receive {net} and pay back {total} until {day}.", {
    cost: money(cost, currency),
    net: money(net, currency),
    total: money(total, currency),
    day: day(last_due),
  });
}
