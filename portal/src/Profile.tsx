import { useEffect, useState } from "react";
import { call, type Complaint, type Me, type Message, type Session } from "./api";
import { day, moment } from "./format";
import { Consents } from "./Consents";
import { Security } from "./Security";
import { Field, Form, Show, useLoad } from "./ui";
import { language, t, type Words } from "./words";

const DISTRICTS = ["Berea", "Butha-Buthe", "Leribe", "Mafeteng", "Maseru", "Mohale's Hoek", "Mokhotlong", "Qacha's Nek", "Quthing", "Thaba-Tseka"];
const code = (district: string) => district.toLowerCase().replace("'", "").replace(/[ -]/g, "_");

/** One's own particulars. */
export function Profile() {
  const loaded = useLoad(() => call<Me>("GET", "me"));
  const [changed, setChanged] = useState<Me | null>(null);
  return (
    <>
      <h1>{t("About me")}</h1>
      <Show of={loaded}>{(found) => { const me = changed ?? found; return <><Edit me={me} changed={setChanged} /><Reminders me={me} /><Security me={me} changed={setChanged} /></>; }}</Show>
      <Sessions /><Consents /><Messages /><Complaints /><Everything />
    </>
  );
}

function Edit({ me, changed }: { me: Me; changed: (to: Me) => void }) {
  const [values, setValues] = useState({ ...me, date_of_birth: me.date_of_birth ?? "", net_monthly_income: me.net_monthly_income ?? "" });
  const [saved, setSaved] = useState(false);
  const set = (name: keyof Me) => (e: { target: { value: string } }) => { setSaved(false); setValues({ ...values, [name]: e.target.value }); };
  async function send() {
    const { full_name, phone, email, national_id, date_of_birth, district, village, employer, net_monthly_income } = values;
    changed(await call<Me>("PUT", "me", {
      full_name, phone, email, national_id, district, village, employer,
      date_of_birth: date_of_birth || null, net_monthly_income: net_monthly_income || null,
    }));
    setSaved(true);
  }
  return (
    <section className="card">
      {saved && <div className="note good" role="status">{t("Saved.")}</div>}
      <Form button={t("Save")} send={send}>
        {(errors) => (
          <>
            <Field label={t("Full name")} value={values.full_name} onChange={set("full_name")} errors={errors.full_name} />
            <Field label={t("Phone")} type="tel" value={values.phone} onChange={set("phone")} errors={errors.phone} />
            <Field label={t("E-mail")} type="email" value={values.email} onChange={set("email")} errors={errors.email} />
            <Field label={t("National ID")} value={values.national_id} onChange={set("national_id")} errors={errors.national_id} />
            <Field label={t("Date of birth")} type="date" value={values.date_of_birth} onChange={set("date_of_birth")} errors={errors.date_of_birth} />
            <div className="field"><label htmlFor="district">{t("District")}</label>
              <select id="district" value={values.district} onChange={set("district")}><option value="">—</option>{DISTRICTS.map((d) => <option key={d} value={code(d)}>{d}</option>)}</select></div>
            <Field label={t("Village or town")} value={values.village} onChange={set("village")} errors={errors.village} />
            <Field label={t("Employer")} value={values.employer} onChange={set("employer")} errors={errors.employer} />
            <Field label={t("Net monthly income (maloti)")} inputMode="decimal" value={values.net_monthly_income} onChange={set("net_monthly_income")} errors={errors.net_monthly_income} />
          </>
        )}
      </Form>
    </section>
  );
}

function Reminders({ me }: { me: Me }) {
  const [wanted, setWanted] = useState(me.wants_reminders);
  async function change(to: boolean) {
    setWanted(to);
    await call("PUT", "me/settings", { wants_reminders: to }).catch(() => setWanted(!to));
  }
  return (
    <section className="card" aria-label={t("Reminders")}>
      <label className="tick"><input type="checkbox" checked={wanted} onChange={(e) => change(e.target.checked)} /> {t("Remind me of what falls due")}</label>
      <p className="help">{t("What becomes of an application or a payment is always told.")}</p>
    </section>
  );
}

function Messages() {
  const messages = useLoad(() => call<Message[]>("GET", "messages"));
  return (
    <section className="card" aria-label={t("Messages")}>
      <h2>{t("Messages")}</h2>
      <Show of={messages}>
        {(found) => found.length === 0 ? <p className="quiet">{t("Nothing was sent to you yet.")}</p>
          : <ul className="plain">{found.map((m) => <li key={m.id}><span className="quiet">{day(m.at)}</span><br />{m.text}</li>)}</ul>}
      </Show>
    </section>
  );
}

const SUBJECTS: [string, Words][] = [
  ["service", "How I was treated"], ["charges", "Charges or interest"], ["record", "A wrong entry about me"],
  ["collection", "How a debt is collected"], ["privacy", "Use of my data"], ["other", "Something else"],
];
const subject = (code: string): string => t(SUBJECTS.find(([known]) => known === code)?.[1] ?? "Something else");

function Complaints() {
  const complaints = useLoad(() => call<Complaint[]>("GET", "complaints"));
  const [about, setAbout] = useState("service");
  const [text, setText] = useState("");
  const [key, setKey] = useState(() => crypto.randomUUID());
  useEffect(() => setKey(crypto.randomUUID()), [about, text]);
  async function send() {
    await call("POST", "complaints", { about, text }, key);
    setText("");
    complaints.reload();
  }
  return (
    <section className="card" aria-label={t("Complaints")}>
      <h2>{t("Complaints")}</h2>
      <p className="quiet">{t("You are answered within 30 days. If you are not, turn to the Central Bank of Lesotho.")}</p>
      <Show of={complaints}>
        {(found) => (
          <ul className="plain">{found.map((c) => (
            <li key={c.id}><strong>{subject(c.about)}</strong>: {c.text}<br />
              {c.answered_on ? <>{t("Answered {day}", { day: day(c.answered_on) })}: {c.answer}</> : <span className="quiet">{t("To be answered by {day}", { day: day(c.due_on) })}</span>}</li>
          ))}</ul>
        )}
      </Show>
      <Form button={t("Send the complaint")} send={send}>
        {(errors) => (
          <>
            <div className="field"><label htmlFor="about">{t("What it is about")}</label>
              <select id="about" value={about} onChange={(e) => setAbout(e.target.value)}>{SUBJECTS.map(([code, name]) => <option key={code} value={code}>{t(name)}</option>)}</select></div>
            <Field label={t("What happened")} maxLength={2000} value={text} onChange={(e) => setText(e.target.value)} errors={errors.text} />
          </>
        )}
      </Form>
    </section>
  );
}

function Everything() {
  return (
    <section className="card" aria-label={t("All that is kept about me")}>
      <h2>{t("All that is kept about me")}</h2>
      <p className="quiet">{t("Your particulars, loans, payments, history, messages and what you agreed to, in one file.")}</p>
      <p><a href={`/api/v1/me/everything.pdf?language=${language()}`} target="_blank" rel="noreferrer">{t("Download as a paper")}</a> · <a href="/api/v1/me/everything" download="letsema.json">{t("Download for a program")}</a></p>
    </section>
  );
}

function Sessions() {
  const sessions = useLoad(() => call<Session[]>("GET", "sessions"));
  async function end(id: string) {
    await call("DELETE", `sessions/${id}`);
    sessions.reload();
  }
  return (
    <section className="card" aria-label={t("Where you are signed in")}>
      <h2>{t("Where you are signed in")}</h2>
      <Show of={sessions}>
        {(found) => (
          <ul className="plain">{found.map((s) => (
            <li key={s.id}><span className="quiet">{moment(new Date(s.at))}</span><br />{s.device}{" "}
              {s.current ? <strong>{t("This one")}</strong> : <button className="link" onClick={() => end(s.id)}>{t("Sign it out")}</button>}</li>
          ))}</ul>
        )}
      </Show>
    </section>
  );
}
