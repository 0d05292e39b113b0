// Money and dates as people in Lesotho write them.
import { month } from "./words";

/** An amount with its thousands apart. */
export const grouped = (amount: string): string => amount.replace(/\B(?=(\d{3})+(?!\d))/g, ",");

/** An amount with its currency, never torn apart at the end of a line. */
export function money(amount: string, currency = "LSL"): string {
  const [whole = "0", cents = "00"] = amount.replace("-", "").split(".");
  const sign = amount.startsWith("-") ? "−" : "";
  return `${sign}${currency === "LSL" ? "M" : currency}\u00a0${grouped(whole)}.${cents}`;
}

/** A date; a dash where there is none. */
export function day(iso: string | null): string {
  if (!iso) return "—";
  const [year, months, date] = iso.slice(0, 10).split("-").map(Number) as [number, number, number];
  return `${date} ${month(months - 1)} ${year}`;
}

/** A day and the time on it, of this year. */
export function moment(at: Date): string {
  const two = (n: number) => String(n).padStart(2, "0");
  return `${at.getDate()} ${month(at.getMonth())} ${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** A rate in percent as the API sends it; a dash where there is none. */
export const percent = (rate: string | null): string => `${rate ?? "—"} %`;
