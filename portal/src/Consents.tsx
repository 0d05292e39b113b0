import { useState } from "react";
import { call, type Consent, type ConsentText } from "./api";
import { day } from "./format";
import { Form, Show, useLoad } from "./ui";
import { language, t, type Words } from "./words";

const PURPOSES: Record<string, Words> = { records: "Keeping and using my data", sharing: "Asking other lenders" };

/** What one consented to, in its words; given and taken back here. */
export function Consents() {
  const consents = useLoad(() => call<Consent[]>("GET", "consents"));
  const texts = useLoad(() => call<ConsentText[]>("GET", "consent-texts"));
  return (
    <section className="card" aria-label={t("What I agreed to")}>
      <h2>{t("What I agreed to")}</h2>
      <Show of={texts}>{(shown) => (
        <Show of={consents}>{(found) => <>{found.map((c) => <One key={c.purpose} consent={c} text={shown.find((s) => s.purpose === c.purpose)!} changed={consents.reload} />)}</>}</Show>
      )}</Show>
    </section>
  );
}

function One({ consent, text, changed }: { consent: Consent; text: ConsentText; changed: () => void }) {
  const [open, setOpen] = useState(false);
  async function give() {
    await call("POST", "consents", { purpose: consent.purpose, version: text.version, language: language() });
    setOpen(false);
    changed();
  }
  async function withdraw() {
    await call("DELETE", `consents/${consent.purpose}`);
    setOpen(false);
    changed();
  }
  const name = t(PURPOSES[consent.purpose]);
  return (
    <div className="entry">
      <p><strong>{name}</strong><br /><span className="quiet">{state(consent)}</span></p>
      {open ? (
        <>
          <p className="terms">{consent.stands ? consent.text : language() === "st" ? text.sesotho : text.english}</p>
          {!consent.stands && <Form button={t("I agree")} send={give}>{() => null}</Form>}
          {consent.may_be_withdrawn && <Form button={t("Take it back")} send={withdraw}>{() => null}</Form>}
        </>
      ) : <button className="link" aria-label={`${t("Read it")}: ${name}`} onClick={() => setOpen(true)}>{t("Read it")}</button>}
    </div>
  );
}

function state(c: Consent): string {
  if (c.stands && c.expires_on) return t("Agreed on {day}, until {end}", { day: day(c.given_on), end: day(c.expires_on) });
  if (c.stands) return t("Agreed on {day}", { day: day(c.given_on) });
  return c.withdrawn_on ? t("Taken back on {day}", { day: day(c.withdrawn_on) }) : t("Not agreed to");
}
