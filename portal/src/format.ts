// Money and dates as people in Lesotho write them.
import { language, t, type Words } from "./words";

export function money(amount: string, currency = "LSL"): string {
  const [whole, cents = "00"] = amount.replace("-", "").split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  return `${amount.startsWith("-") ? "−" : ""}${currency === "LSL" ? "M" : currency}\u00a0${grouped}.${cents}`; // never torn apart
}

const MONTHS = {
  en: ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
  st: ["Pherekhong", "Hlakola", "Hlakubele", "'Mesa", "Motšeanong", "Phupjane", "Phupu", "Phato", "Loetse", "Mphalane", "Pulungoana", "Tšitoe"],
};

export function day(iso: string | null): string {
  if (!iso) return "—";
  const [year, month, date] = iso.slice(0, 10).split("-").map(Number);
  return `${date} ${MONTHS[language()][month - 1]} ${year}`;
}

export function moment(at: Date): string {
  const two = (n: number) => String(n).padStart(2, "0");
  return `${at.getDate()} ${MONTHS[language()][at.getMonth()]} ${two(at.getHours())}:${two(at.getMinutes())}`;
}

const ONE: Record<string, Words> = {
  months: "Installments, every month", weeks: "Installments, every week", days: "Installments, every day",
  years: "Installments, every year",
};
const MANY: Record<string, Words> = {
  months: "Installments, every {count} months", weeks: "Installments, every {count} weeks",
  days: "Installments, every {count} days",
};

export function every(count: number, unit: string): string {
  return t(count === 1 ? ONE[unit] : MANY[unit] ?? ONE[unit], { count });
}

const CHANNELS: Record<string, Words> = {
  cash: "Cash", bank: "Bank transfer", mpesa: "M-Pesa", ecocash: "EcoCash", cpay: "C-Pay",
};
export const channelCodes = Object.keys(CHANNELS);
export const channel = (code: string): string => (code in CHANNELS ? t(CHANNELS[code]) : code);
