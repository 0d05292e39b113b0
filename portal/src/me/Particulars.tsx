import { useState } from "react";
import { answerOf, api } from "../api/client";
import type { Errors } from "../api/refused";
import type { Me } from "../api/types";
import { districts, type Options } from "../labels";
import { Field, Form, Select } from "../ui/forms";
import { Note } from "../ui/parts";
import { useFields, type Filled } from "../ui/state";
import { t } from "../words";

const DISTRICTS: Options = [["", "—"], ...districts];

/** One's particulars; the server says which of them only the branch may change. */
export function Particulars({ me, changed }: { me: Me; changed: (to: Me) => void }) {
  const [saved, setSaved] = useState(false);
  const { values, of } = useFields(filled(me), () => setSaved(false));
  async function send() {
    const { date_of_birth, net_monthly_income, ...rest } = values;
    const empty = { date_of_birth: date_of_birth || null, net_monthly_income: net_monthly_income || null };
    changed(await answerOf(api.PUT("/api/v1/me", { body: { ...rest, ...empty } })));
    setSaved(true);
  }
  return (
    <section className="card">
      {saved && <Note good>{t("Saved.")}</Note>}
      <Form button={t("Save")} send={send}>
        {(errors) => <Fields of={of} errors={errors} />}
      </Form>
    </section>
  );
}

function filled({ full_name, phone, email, national_id, district, village, employer, ...rest }: Me) {
  const { date_of_birth, net_monthly_income } = rest;
  const known = { full_name, phone, email, national_id, district, village, employer };
  return { ...known, date_of_birth: date_of_birth ?? "", net_monthly_income: net_monthly_income ?? "" };
}

interface FieldsProps {
  of: (name: keyof ReturnType<typeof filled>, errors: Errors) => Filled;
  errors: Errors;
}

function Fields({ of, errors }: FieldsProps) {
  const income = t("Net monthly income (maloti)");
  return (
    <>
      <Field label={t("Full name")} {...of("full_name", errors)} />
      <Field label={t("Phone")} type="tel" {...of("phone", errors)} />
      <Field label={t("E-mail")} type="email" {...of("email", errors)} />
      <Field label={t("National ID")} {...of("national_id", errors)} />
      <Field label={t("Date of birth")} type="date" {...of("date_of_birth", errors)} />
      <Select label={t("District")} options={DISTRICTS} {...of("district", errors)} />
      <Field label={t("Village or town")} {...of("village", errors)} />
      <Field label={t("Employer")} {...of("employer", errors)} />
      <Field label={income} inputMode="decimal" {...of("net_monthly_income", errors)} />
    </>
  );
}
