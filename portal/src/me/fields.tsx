// The fields of one's particulars, under their headings.
import type { ReactNode } from "react";
import { employersAsked } from "../api/questions";
import type { Errors } from "../api/refused";
import type { Me } from "../api/types";
import {
  districtOptions,
  educationOptions,
  genderOptions,
  maritalOptions,
  sectorOptions,
  walletOptions,
  type Options,
} from "../labels";
import { useAsked } from "../ui/asked";
import { Field, Select } from "../ui/forms";
import type { Filled } from "../ui/state";
import { t } from "../words";

/** What is kept, as the form shows it. */
export function filled(me: Me) {
  const { full_name, phone, email, national_id, district, village, employer } = me;
  const { gender, marital_status, education, landmark, occupation, sector, employee_number } = me;
  const { kin_name, kin_relation, kin_phone, wallet, wallet_number, bank_name, bank_branch_code, bank_account } = me;
  return {
    ...{ full_name, phone, email, national_id, district, village, employer },
    ...{ gender, marital_status, education, landmark, occupation, sector, employee_number },
    ...{ kin_name, kin_relation, kin_phone, wallet, wallet_number, bank_name, bank_branch_code, bank_account },
    date_of_birth: me.date_of_birth ?? "",
    national_id_expires: me.national_id_expires ?? "",
    net_monthly_income: me.net_monthly_income ?? "",
    listed_employer_id: me.listed_employer_id ?? "",
    dependants: me.dependants === null ? "" : String(me.dependants),
  };
}

interface FieldsProps {
  of: (name: keyof ReturnType<typeof filled>, errors: Errors) => Filled;
  errors: Errors;
}

/** All of them. Name and one way to reach a person are enough; the rest may follow. */
export function Fields({ of, errors }: FieldsProps) {
  return (
    <>
      <Person of={of} errors={errors} />
      <Home of={of} errors={errors} />
      <Kin of={of} errors={errors} />
      <Work of={of} errors={errors} />
      <Accounts of={of} errors={errors} />
    </>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <fieldset className="part">
      <legend>{title}</legend>
      {children}
    </fieldset>
  );
}

function Person({ of, errors }: FieldsProps) {
  return (
    <Part title={t("Who I am")}>
      <Field label={t("Full name")} {...of("full_name", errors)} />
      <Field label={t("Phone")} type="tel" {...of("phone", errors)} />
      <Field label={t("E-mail")} type="email" {...of("email", errors)} />
      <Field label={t("National ID")} {...of("national_id", errors)} />
      <Field label={t("National ID expires on")} type="date" {...of("national_id_expires", errors)} />
      <Field label={t("Date of birth")} type="date" {...of("date_of_birth", errors)} />
      <Select label={t("Gender")} options={genderOptions()} {...of("gender", errors)} />
    </Part>
  );
}

function Home({ of, errors }: FieldsProps) {
  return (
    <Part title={t("Where I live")}>
      <Select label={t("District")} options={districtOptions()} {...of("district", errors)} />
      <Field label={t("Village or town")} {...of("village", errors)} />
      <Field label={t("Landmark near your house")} {...of("landmark", errors)} />
      <Select label={t("Marital status")} options={maritalOptions()} {...of("marital_status", errors)} />
      <Field label={t("Dependants")} inputMode="numeric" {...of("dependants", errors)} />
      <Select label={t("Education")} options={educationOptions()} {...of("education", errors)} />
    </Part>
  );
}

function Kin({ of, errors }: FieldsProps) {
  return (
    <Part title={t("Next of kin")}>
      <Field label={t("Name of the next of kin")} {...of("kin_name", errors)} />
      <Field label={t("Relation")} {...of("kin_relation", errors)} />
      <Field label={t("Phone of the next of kin")} type="tel" {...of("kin_phone", errors)} />
    </Part>
  );
}

function Work({ of, errors }: FieldsProps) {
  const { value: employers } = useAsked(employersAsked);
  const listed: Options = (employers ?? []).map(({ id, name }) => [id, name]);
  const income = t("Net monthly income (maloti)");
  return (
    <Part title={t("Work and income")}>
      <Field label={t("Occupation")} {...of("occupation", errors)} />
      <Select label={t("Business sector")} options={sectorOptions()} {...of("sector", errors)} />
      {listed.length > 0 && (
        <Select
          label={t("Employer on the list")}
          options={[["", t("None of these")], ...listed]}
          {...of("listed_employer_id", errors)}
        />
      )}
      <Field
        label={listed.length > 0 ? t("Employer, if not on the list") : t("Employer")}
        {...of("employer", errors)}
      />
      <Field label={t("Employee number")} {...of("employee_number", errors)} />
      <Field label={income} inputMode="decimal" {...of("net_monthly_income", errors)} />
    </Part>
  );
}

function Accounts({ of, errors }: FieldsProps) {
  return (
    <Part title={t("Where a loan is paid to")}>
      <Select label={t("Wallet")} options={walletOptions()} {...of("wallet", errors)} />
      <Field label={t("Wallet number")} type="tel" {...of("wallet_number", errors)} />
      <Field label={t("Bank")} {...of("bank_name", errors)} />
      <Field label={t("Bank's branch code")} {...of("bank_branch_code", errors)} />
      <Field label={t("Account number")} inputMode="numeric" {...of("bank_account", errors)} />
    </Part>
  );
}
