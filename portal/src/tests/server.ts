import { vi } from "vitest";

export interface Call {
  method: string;
  path: string;
  body: unknown;
}

/** Stands for the server: `answer` gives the status and the body of each call. Returns what was called. */
export function serve(answer: (call: Call) => [status: number, body: unknown]): Call[] {
  const calls: Call[] = [];
  vi.stubGlobal("fetch", (address: string, how: RequestInit = {}) => {
    const body: unknown = typeof how.body === "string" && how.body ? JSON.parse(how.body) : null;
    const call = { method: how.method ?? "GET", path: new URL(address, location.origin).pathname, body };
    calls.push(call);
    const [status, content] = answer(call);
    const headers = { "Content-Type": status < 400 ? "application/json" : "application/problem+json" };
    return Promise.resolve(new Response(status === 204 ? null : JSON.stringify(content), { status, headers }));
  });
  return calls;
}

/** Problem details that name one field. */
export const wrong = (field: string, code: string, values: Record<string, string | number> = {}) => ({
  status: 422,
  code: "invalid",
  reason: code,
  values,
  detail: "RAW ENGLISH",
  errors: { [field]: ["RAW ENGLISH"] },
  codes: { [field]: [code] },
  parameters: { [field]: [values] },
});
