// What the server refuses, told in the language of the page. It goes by the codes of its problem details, never by the
// English in them.
import { day, money } from "../format";
import { statusLabel } from "../labels";
import type { components } from "../schema";
import { isKnown, language, t, type Values } from "../words";

type Problem = components["schemas"]["Problem"];

/** The faults of each field, in sentences. */
export type Errors = Record<string, string[]>;

/** A refusal: a sentence for the person, and the fields at fault. `status` is 0 where there was no answer. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly errors: Errors = {},
    readonly values: Values = {},
  ) {
    super(message);
  }
}

/** A refusal of the portal's own. */
export const refuse = (code: string, status = 0): Refused => new Refused(status, code, said(code, {}, ""));

/** One that names the field at fault. */
export const refuseField = (field: string, code: string): Refused =>
  new Refused(0, "invalid", said("invalid", {}, ""), { [field]: [said(code, {}, "")] });

/** Whatever was thrown, as a refusal that can be shown. */
export const asRefused = (reason: unknown): Refused => (reason instanceof Refused ? reason : refuse("fault"));

/** What the server's problem details say. */
export function refusal(status: number, problem: Partial<Problem>): Refused {
  const { code = "", errors, codes, parameters } = problem;
  const faults: Errors = {};
  for (const [field, texts] of Object.entries(errors ?? {})) {
    faults[field] = texts.map((text, n) => {
      const name = codes?.[field]?.[n] ?? "";
      return said(name === "invalid" ? "invalid_field" : name, parameters?.[field]?.[n] ?? {}, text);
    });
  }
  const name = problem.reason ?? code ?? "";
  const message = said(name, problem.values ?? {}, problem.detail ?? "", code ?? "");
  return new Refused(status, code ?? "", message, faults, problem.values ?? {});
}

/** The sentence of a code. One that is newer than this page is told by its kind, in English as the server says it. */
function said(code: string, values: Values, english: string, kind = "invalid_field"): string {
  if (isKnown(`problem.${code}`)) return t(`problem.${code}`, spoken(values));
  if (language() === "en" && english) return english;
  return t(isKnown(`problem.${kind}`) ? `problem.${kind}` : "problem.fault");
}

const AMOUNT = /^\d+\.\d{2}$/;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** Amounts, days and states as people write them. */
function spoken(values: Values): Values {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      const text = String(value);
      if (AMOUNT.test(text)) return [name, money(text)];
      if (DAY.test(text)) return [name, day(text)];
      return [name, name === "status" ? statusLabel(text) : value];
    }),
  );
}
