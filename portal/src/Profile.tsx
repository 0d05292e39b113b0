import { useState } from "react";
import { call, type Me } from "./api";
import { Field, Form, Show, useLoad } from "./ui";

const DISTRICTS = ["Berea", "Butha-Buthe", "Leribe", "Mafeteng", "Maseru", "Mohale's Hoek", "Mokhotlong", "Qacha's Nek", "Quthing", "Thaba-Tseka"];
const code = (district: string) => district.toLowerCase().replace("'", "").replace(/[ -]/g, "_");

/** One's own particulars. */
export function Profile() {
  const me = useLoad(() => call<Me>("GET", "me"));
  return <><h1>About me</h1><Show of={me}>{(found) => <Edit me={found} />}</Show></>;
}

function Edit({ me }: { me: Me }) {
  const [values, setValues] = useState({ ...me, date_of_birth: me.date_of_birth ?? "", net_monthly_income: me.net_monthly_income ?? "" });
  const [saved, setSaved] = useState(false);
  const set = (name: keyof Me) => (e: { target: { value: string } }) => { setSaved(false); setValues({ ...values, [name]: e.target.value }); };
  async function send() {
    const { id: _id, language: _language, ...rest } = values;
    await call("PUT", "me", { ...rest, date_of_birth: rest.date_of_birth || null, net_monthly_income: rest.net_monthly_income || null });
    setSaved(true);
  }
  return (
    <section className="card">
      {saved && <div className="note good" role="status">Saved.</div>}
      <Form button="Save" send={send}>
        {(errors) => (
          <>
            <Field label="Full name" value={values.full_name} onChange={set("full_name")} errors={errors.full_name} />
            <Field label="Phone" type="tel" value={values.phone} onChange={set("phone")} errors={errors.phone} />
            <Field label="E-mail" type="email" value={values.email} onChange={set("email")} errors={errors.email} />
            <Field label="National ID" value={values.national_id} onChange={set("national_id")} errors={errors.national_id} />
            <Field label="Date of birth" type="date" value={values.date_of_birth} onChange={set("date_of_birth")} errors={errors.date_of_birth} />
            <div className="field"><label htmlFor="district">District</label>
              <select id="district" value={values.district} onChange={set("district")}><option value="">—</option>{DISTRICTS.map((d) => <option key={d} value={code(d)}>{d}</option>)}</select></div>
            <Field label="Village or town" value={values.village} onChange={set("village")} errors={errors.village} />
            <Field label="Employer" value={values.employer} onChange={set("employer")} errors={errors.employer} />
            <Field label="Net monthly income (maloti)" inputMode="decimal" value={values.net_monthly_income} onChange={set("net_monthly_income")} errors={errors.net_monthly_income} />
          </>
        )}
      </Form>
    </section>
  );
}
