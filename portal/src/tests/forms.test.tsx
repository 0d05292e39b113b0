// Every field of every form, answered as wrong by the server: it is marked, told of beside it in the language of the
// page, and gone to.
import { QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import type { ReactElement } from "react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { LoanDetail, Me, Product } from "../api/types";
import { Register } from "../doors/Register";
import { Reset } from "../doors/Reset";
import { SignIn } from "../doors/SignIn";
import { Wrong } from "../history/Wrong";
import { answers } from "../kept/answers";
import { Documents } from "../loan/Documents";
import { Pay } from "../loan/Pay";
import { Questions } from "../loan/Questions";
import { Agree, Change } from "../loan/Terms";
import { Complaints } from "../me/Complaints";
import { Particulars } from "../me/Particulars";
import { Password } from "../me/Password";
import { WithCode } from "../me/WithCode";
import { Apply } from "../products/Apply";
import { speak, t, type Language } from "../words";
import { serve, wrong, type Call } from "./server";

const nothing = () => undefined;
const me = { id: "1", full_name: "Palesa", phone: "+26658120001", email: "", language: "en" } as Me;
const loan = {
  id: "1",
  number: "L1",
  status: "info_requested",
  currency: "LSL",
  next_due_amount: "10.00",
  next_due_date: null,
  days_past_due: 0,
  questions: [{ asked_on: "2026-01-02", question: "A payslip?", answered_on: null, answer: "" }],
} as unknown as LoanDetail;
const product = { id: "1", name: "Business loan" } as Product;
const keyFacts = {
  hash: "",
  facts: {
    cost: "1.00",
    net: "1.00",
    total: "1.00",
    principal: "100.00",
    installment: "9.00",
    installments: 12,
    apr: "30.00",
    last_due: "2026-02-02",
    currency: "LSL",
    schedule: [],
  },
};
const draft = { principal: "100.00", installments: "6", purpose: "", listed_purpose_id: "", key: "k" };
const disputes = { value: [], error: "", reload: nothing };

interface Case {
  page: () => ReactElement;
  fields: string[];
  button: string;
  first?: (user: ReturnType<typeof userEvent.setup>) => Promise<void>; // what is done before the form is there
  by?: "upload";
}

const press = (name: string) => async (user: ReturnType<typeof userEvent.setup>) => {
  await user.click(await screen.findByRole("button", { name: t(name) }));
};

const FORMS: Record<string, Case> = {
  "sign in": { page: () => <SignIn entered={nothing} />, fields: ["name", "password"], button: "Sign in" },
  "register": {
    page: () => <Register entered={nothing} />,
    fields: ["full_name", "phone", "email", "password", "agreed", "code"],
    button: "Open my account",
    first: async (user) => {
      await press("Open my account")(user);
      await user.type(await screen.findByLabelText(t("Code")), "123456");
    },
  },
  "ask for a code": { page: () => <Reset />, fields: ["name"], button: "Send me a code" },
  "new password": {
    page: () => <Reset />,
    fields: ["code", "password"],
    button: "Set the password",
    first: press("Send me a code"),
  },
  "particulars": {
    page: () => <Particulars me={me} changed={nothing} />,
    fields: [
      "full_name",
      "phone",
      "email",
      "national_id",
      "date_of_birth",
      "district",
      "village",
      "employer",
      "net_monthly_income",
    ],
    button: "Save",
  },
  "change of password": { page: () => <Password />, fields: ["current", "password"], button: "Set the password" },
  "code": {
    page: () => <WithCode to="phone" button={t("Confirm")} use={useCode} />,
    fields: ["code"],
    button: "Confirm",
    first: press("Send me a code"),
  },
  "complaint": { page: () => <Complaints />, fields: ["about", "text"], button: "Send the complaint" },
  "payment": {
    page: () => <Pay loan={loan} payTo={[]} reload={nothing} />,
    fields: ["amount", "channel", "reference"],
    button: "Report the payment",
  },
  "answer": { page: () => <Questions loan={loan} reload={nothing} />, fields: ["text"], button: "Send the answer" },
  "agreement": {
    page: () => <Agree loan={loan} reload={nothing} />,
    fields: ["agreed"],
    button: "I agree",
    first: async (user) => user.click(await screen.findByRole("checkbox")),
  },
  "change of an application": {
    page: () => <Change loan={loan} reload={nothing} />,
    fields: ["principal", "installments", "purpose", "agreed"],
    button: "Send the change",
    first: async (user) => {
      await press("Change amount or term")(user);
      await user.click(await screen.findByRole("checkbox"));
    },
  },
  "dispute": {
    page: () => <Wrong what="It" loan="1" disputes={disputes} />,
    fields: ["text"],
    button: "Send",
    first: async (user) => user.click(screen.getByRole("button", { name: `${t("Wrong?")} It` })),
  },
  "application": {
    page: () => <Apply product={product} draft={draft} change={nothing} query="" keyFacts={keyFacts as never} />,
    fields: ["purpose", "agreed"],
    button: "Apply for this loan",
    first: async (user) => user.click(screen.getByRole("checkbox")),
  },
};

async function useCode(code: string): Promise<void> {
  const { answerOf, api } = await import("../api/client");
  await answerOf(api.POST("/api/v1/me/verify", { body: { to: "phone", code } }));
}

/** What the server says to everything but the form itself. */
function usual({ method, path, body }: Call): [number, unknown] | null {
  if (path.endsWith("/consent-texts")) return [200, [{ purpose: "records", version: 1, english: "E", sesotho: "S" }]];
  if (method === "GET" && path.endsWith("/key-facts")) return [200, keyFacts];
  if (path.endsWith("/me/codes") || (path.endsWith("/register") && (body as { code: string }).code === ""))
    return [202, { to: "+266 •••• 0001", again_in: 60 }];
  return method === "GET" ? [200, []] : null;
}

const shown = (form: Case) => render(<QueryClientProvider client={answers}>{form.page()}</QueryClientProvider>);

const WALK = Object.entries(FORMS).flatMap(([name, form]) => form.fields.map((field) => ({ name, form, field })));

describe.each(["en", "st"] as Language[])("in %s", (language) => {
  beforeEach(async () => {
    answers.clear();
    await speak(language);
  });

  it.each(WALK)("$name: $field", async ({ form, field }) => {
    const user = userEvent.setup();
    let isOpen = !form.first;
    serve((call) => usual(call) ?? (isOpen ? [422, wrong(field, "too_long", { maximum: 12 })] : [204, null]));
    shown(form);
    await form.first?.(user);
    isOpen = true;
    const button = await screen.findByRole("button", { name: t(form.button) });
    await user.click(button);
    const sentence = t("problem.too_long", { maximum: 12 });
    const input = await waitFor(() => {
      const found = document.querySelector(`[name="${field}"]`);
      expect(found).toHaveAttribute("aria-invalid", "true");
      return found;
    });
    expect(input).toHaveAccessibleDescription(expect.stringContaining(sentence) as string);
    await waitFor(() => expect(input).toHaveFocus());
    expect(document.body.textContent).not.toContain("RAW ENGLISH");
  });

  it("tells what names no field, and of fields that are not there", async () => {
    const user = userEvent.setup();
    serve((call) => usual(call) ?? [422, wrong("elsewhere", "not_a_day")]);
    shown(FORMS["sign in"] as Case);
    await user.click(screen.getByRole("button", { name: t("Sign in") }));
    await waitFor(() => expect(screen.getByRole("alert")).toHaveFocus());
    expect(screen.getByRole("alert")).toHaveTextContent(t("problem.not_a_day"));
  });

  it("says something of its own to a code that it does not know", async () => {
    const user = userEvent.setup();
    serve((call) => usual(call) ?? [409, { ...wrong("name", "of_next_year"), code: "wrong_state" }]);
    shown(FORMS["sign in"] as Case);
    await user.click(screen.getByRole("button", { name: t("Sign in") }));
    const alert = await screen.findByRole("alert");
    if (language === "st") expect(alert).not.toHaveTextContent("RAW ENGLISH");
    expect(alert.textContent).not.toBe("");
  });

  it("asks for a file before anything is sent", async () => {
    const user = userEvent.setup();
    const calls = serve(() => [500, {}]);
    render(
      <QueryClientProvider client={answers}>
        <Documents loan="1" documents={[]} reload={nothing} />
      </QueryClientProvider>,
    );
    await user.click(screen.getByRole("button", { name: t("Hand it in") }));
    expect(await screen.findByText(t("problem.file_missing"))).toBeInTheDocument();
    expect(screen.getByLabelText(t("File"))).toHaveAttribute("aria-invalid", "true");
    expect(calls).toEqual([]);
  });
});

describe("more than is owed", () => {
  it("is asked about, and sent again once that is agreed to", async () => {
    await speak("en");
    const user = userEvent.setup();
    const over = { ...wrong("amount", "left_over", { owed: "4.00", left_over: "6.00" }), code: "overpayment" };
    const calls = serve((call) =>
      (call.body as { accept_overpayment: boolean }).accept_overpayment ? [201, {}] : [422, over],
    );
    shown(FORMS.payment as Case);
    const button = screen.getByRole("button", { name: t("Report the payment") });
    await user.click(button);
    await user.click(await screen.findByRole("checkbox"));
    expect(screen.getByLabelText(t("Amount (maloti)"))).toHaveAccessibleDescription(
      expect.stringContaining("6.00") as string,
    );
    await user.click(button);
    expect(await screen.findByRole("status")).toHaveTextContent("Thank you");
    expect(calls).toHaveLength(2);
  });
});

describe("asking for a code again", () => {
  it("is possible once the time is over", async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    const user = userEvent.setup({ advanceTimers: (by) => vi.advanceTimersByTime(by) });
    await speak("en");
    const calls = serve((call) => usual(call) ?? [204, null]);
    shown(FORMS.code as Case);
    await user.click(screen.getByRole("button", { name: "Send me a code" }));
    await screen.findByText(/You can ask for another code in \d+ s\./);
    expect(screen.queryByRole("button", { name: "Send another code" })).toBeNull();
    await vi.advanceTimersByTimeAsync(61_000);
    await user.click(await screen.findByRole("button", { name: "Send another code" }));
    await screen.findByText("Another code is on its way.");
    expect(calls.filter(({ path }) => path.endsWith("/me/codes"))).toHaveLength(2);
    vi.useRealTimers();
  });
});
