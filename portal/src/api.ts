// Calls of the borrowers' API, with the session's cookie and its CSRF token.

export interface Me {
  id: string; full_name: string; phone: string; email: string; language: string; national_id: string;
  date_of_birth: string | null; district: string; village: string; employer: string; net_monthly_income: string | null;
}
export interface Product {
  id: string; name: string; description: string; currency: string; principal_min: string; principal_default: string;
  principal_max: string; installments_min: number; installments_default: number; installments_max: number;
  repay_every: number; frequency: string; rate: string; rate_per: string; interest_method: string;
}
export interface Installment {
  n: number; due_date: string; principal: string; interest: string; fees: string; total_due: string; balance: string;
  paid: string; outstanding: string;
}
export interface Quote {
  principal: string; net: string; fee: string; interest: string; total: string; installment: string;
  apr: string | null; eir: string | null; schedule: Installment[];
}
export interface Loan {
  id: string; number: string; product: string; principal: string; currency: string; status: string;
  status_label: string; submitted_on: string; disbursed_on: string | null; outstanding: string; overpaid: string;
  next_due_date: string | null; next_due_amount: string; days_late: number;
}
export interface LoanDetail extends Loan {
  purpose: string; paid: string; net: string; apr: string | null; eir: string | null;
  steps: { label: string; state: string }[]; reason: string; may_withdraw: boolean;
}
export interface Repayment {
  id: string; number: string; date: string; amount: string; channel: string; reference: string; reversed: boolean;
}
export interface Payment {
  id: string; amount: string; channel: string; reference: string; paid_on: string; status: string;
  decided_reason: string;
}
export interface StatementRow {
  date: string; type: string; amount: string; principal: string; interest: string; fees: string; penalties: string;
  balance: string; undone: boolean;
}
export interface Statement {
  number: string; lender: string; borrower: string; as_of: string; currency: string; outstanding: string;
  rows: StatementRow[];
}
export interface History {
  available: boolean; waiting: number;
  accounts: {
    loan_number: string; status: string; principal: string; outstanding: string; disbursed_on: string | null;
    closed_on: string | null;
    events: { kind: string; value_date: string; amount: string; outstanding: string }[];
  }[];
}

/** A refusal of the server: a sentence for the person, and the fields at fault. */
export class Refused extends Error {
  constructor(readonly status: number, message: string, readonly errors: Record<string, string[]> = {}) {
    super(message);
  }
}

let csrf = "";

export async function session(): Promise<boolean> {
  const found = await call<{ signed_in: boolean; csrf_token: string }>("GET", "session");
  csrf = found.csrf_token;
  return found.signed_in;
}

export async function call<T>(method: string, path: string, body?: unknown, key?: string): Promise<T> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (method !== "GET") {
    headers["Content-Type"] = "application/json";
    headers["X-CSRFToken"] = csrf;
  }
  if (key) headers["Idempotency-Key"] = key;
  let answer: Response;
  try {
    answer = await fetch(`/api/${path}`, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  } catch {
    throw new Refused(0, "The line is down. Nothing was lost; try again when you have a connection.");
  }
  if (answer.status === 204) return undefined as T;
  const type = answer.headers.get("content-type") ?? "";
  const found = type.includes("json") ? await answer.json() : null;
  if (!answer.ok) {
    throw new Refused(answer.status, found?.detail ?? "Something went wrong; please try again.", found?.errors ?? {});
  }
  return found as T;
}
