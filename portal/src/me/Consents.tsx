import { useState } from "react";
import { answerOf, api } from "../api/client";
import { consentsAsked, consentTextsAsked } from "../api/questions";
import type { Consent, ConsentText } from "../api/types";
import { day } from "../format";
import { purposeLabel } from "../labels";
import { Show, useAsked } from "../ui/asked";
import { Form } from "../ui/forms";
import { Card } from "../ui/parts";
import { inLanguage, language, t } from "../words";

/** What one consented to, in its words; given and taken back here. */
export function Consents() {
  const consents = useAsked(consentsAsked);
  const texts = useAsked(consentTextsAsked);
  return (
    <Card title={t("What I agreed to")}>
      <Show of={texts}>
        {(current) => (
          <Show of={consents}>
            {(given) =>
              given.map((consent) => {
                const text = current.find(({ purpose }) => purpose === consent.purpose);
                return text && <One key={consent.purpose} consent={consent} text={text} changed={consents.reload} />;
              })
            }
          </Show>
        )}
      </Show>
    </Card>
  );
}

interface OneProps {
  consent: Consent;
  text: ConsentText;
  changed: () => void;
}

function One({ consent, text, changed }: OneProps) {
  const [open, setOpen] = useState(false);
  const name = purposeLabel(consent.purpose);
  function done() {
    setOpen(false);
    changed();
  }
  return (
    <div className="entry">
      <p>
        <strong>{name}</strong>
        <br />
        <span className="quiet">{state(consent)}</span>
      </p>
      {open ? (
        <Decide consent={consent} text={text} changed={done} />
      ) : (
        <button className="link" aria-label={`${t("Read it")}: ${name}`} onClick={() => setOpen(true)}>
          {t("Read it")}
        </button>
      )}
    </div>
  );
}

/** The text that was agreed to, or the one to agree to now. */
function Decide({ consent, text, changed }: OneProps) {
  async function give() {
    const body = { purpose: consent.purpose, version: text.version, language: language() };
    await answerOf(api.POST("/api/v1/consents", { body }));
    changed();
  }
  async function withdraw() {
    await answerOf(api.DELETE("/api/v1/consents/{purpose}", { params: { path: { purpose: consent.purpose } } }));
    changed();
  }
  return (
    <>
      <p className="terms">{consent.stands ? consent.text : inLanguage(text)}</p>
      {!consent.stands && (
        <Form button={t("I agree")} send={give}>
          {() => null}
        </Form>
      )}
      {consent.may_be_withdrawn && (
        <Form button={t("Take it back")} send={withdraw}>
          {() => null}
        </Form>
      )}
    </>
  );
}

function state({ stands, given_on, expires_on, withdrawn_on }: Consent): string {
  if (stands && expires_on) return t("Agreed on {day}, until {end}", { day: day(given_on), end: day(expires_on) });
  if (stands) return t("Agreed on {day}", { day: day(given_on) });
  return withdrawn_on ? t("Taken back on {day}", { day: day(withdrawn_on) }) : t("Not agreed to");
}
