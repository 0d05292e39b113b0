// Money and dates as people in Lesotho write them.

export function money(amount: string, currency = "LSL"): string {
  const [whole, cents = "00"] = amount.replace("-", "").split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  return `${amount.startsWith("-") ? "−" : ""}${currency === "LSL" ? "M" : currency} ${grouped}.${cents}`;
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

export function day(iso: string | null): string {
  if (!iso) return "—";
  const [year, month, date] = iso.slice(0, 10).split("-").map(Number);
  return `${date} ${MONTHS[month - 1]} ${year}`;
}

export function every(count: number, unit: string): string {
  return count === 1 ? `every ${unit.slice(0, -1)}` : `every ${count} ${unit}`;
}

export const CHANNELS: Record<string, string> = {
  cash: "Cash", bank: "Bank transfer", mpesa: "M-Pesa", ecocash: "EcoCash", cpay: "C-Pay",
};
