import { useState } from "react";
import { answerOf, api } from "../api/client";
import { Refused, type Errors } from "../api/refused";
import type { Me, ProfileIn } from "../api/types";
import { Code } from "../doors/Code";
import { districts, type Options } from "../labels";
import { Field, Form, Select } from "../ui/forms";
import { Note } from "../ui/parts";
import { useFields, type Filled } from "../ui/state";
import { t } from "../words";

const DISTRICTS: Options = [["", "—"], ...districts];

/** One's particulars; the server says which of them only the branch may change. */
export function Particulars({ me, changed }: { me: Me; changed: (to: Me) => void }) {
  const [saved, setSaved] = useState(false);
  const [proof, setProof] = useState<Proof>({ password: false, address_code: false });
  const { values, of, reset } = useFields({ ...filled(me), ...NO_PROOF }, () => setSaved(false));
  async function send() {
    const { date_of_birth, net_monthly_income, ...rest } = values;
    const empty = { date_of_birth: date_of_birth || null, net_monthly_income: net_monthly_income || null };
    try {
      changed(await answerOf(api.PUT("/api/v1/me", { body: { ...rest, ...empty, code: "" } as ProfileIn })));
    } catch (reason) {
      setProof((before) => wantedBy(reason, before));
      throw reason;
    }
    setProof({ password: false, address_code: false });
    reset();
    setSaved(true);
  }
  return (
    <section className="card">
      {saved && <Note good>{t("Saved.")}</Note>}
      <Form button={t("Save")} send={send}>
        {(errors) => (
          <>
            <Fields of={of} errors={errors} />
            {proof.password && (
              <Field
                label={t("Present password")}
                type="password"
                autoComplete="current-password"
                {...of("password", errors)}
              />
            )}
            {proof.address_code && <Code {...of("address_code", errors)} />}
          </>
        )}
      </Form>
    </section>
  );
}

/** What has to be shown before the name, or a way to reach one, is another. */
type Proof = Record<keyof typeof NO_PROOF, boolean>;

const NO_PROOF = { password: "", address_code: "" };

function wantedBy(reason: unknown, before: Proof): Proof {
  if (!(reason instanceof Refused)) return before;
  if (reason.code === "confirmation_needed") return { ...before, password: true };
  return reason.code === "code_needed" ? { ...before, address_code: true } : before;
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
