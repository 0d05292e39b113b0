import { useState } from "react";
import { call, type Errors, type Me } from "../api";
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
    changed(await call<Me>("PUT", "me", { ...rest, ...empty }));
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
  const { value: district, set: setDistrict } = of("district", errors);
  const income = t("Net monthly income (maloti)");
  return (
    <>
      <Field label={t("Full name")} {...of("full_name", errors)} />
      <Field label={t("Phone")} type="tel" {...of("phone", errors)} />
      <Field label={t("E-mail")} type="email" {...of("email", errors)} />
      <Field label={t("National ID")} {...of("national_id", errors)} />
      <Field label={t("Date of birth")} type="date" {...of("date_of_birth", errors)} />
      <Select label={t("District")} options={DISTRICTS} value={district} set={setDistrict} />
      <Field label={t("Village or town")} {...of("village", errors)} />
      <Field label={t("Employer")} {...of("employer", errors)} />
      <Field label={income} inputMode="decimal" {...of("net_monthly_income", errors)} />
    </>
  );
}
