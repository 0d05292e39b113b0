import { useState } from "react";
import { answerOf, api } from "../api/client";
import { comeIn } from "../api/entry";
import { consentTextsAsked } from "../api/questions";
import { refuse, refuseField } from "../api/refused";
import { brand } from "../page";
import { Show, useAsked } from "../ui/asked";
import { Field, Form, Tick } from "../ui/forms";
import { Note } from "../ui/parts";
import { useFields } from "../ui/state";
import { inLanguage, language, t } from "../words";
import { Again } from "./Again";
import { Code } from "./Code";
import { NewPassword } from "./NewPassword";

/** What is filled in, the text to agree to, and the code that shows the phone or e-mail to be one's own. */
function useRegistration(entered: () => void) {
  const { values, of } = useFields({ full_name: "", phone: "", email: "", password: "", code: "" });
  const [agreed, setAgreed] = useState(false);
  const [asked, setAsked] = useState<{ to: string; again_in: number } | null>(null);
  const texts = useAsked(consentTextsAsked);
  const text = texts.value?.find(({ purpose }) => purpose === "records");
  async function register(code: string) {
    const body = { ...values, code, language: language(), agreed: agreed && text ? text.version : 0 };
    return answerOf(api.POST("/api/v1/register", { body }));
  }
  async function ask() {
    const answer = await register("");
    if ("to" in answer) setAsked(answer);
  }
  async function send() {
    if (!asked) return ask();
    if (!values.code) throw refuseField("code", "required");
    await comeIn(async () => {
      const answer = await register(values.code);
      if ("id" in answer) return answer;
      throw refuse("code_wrong");
    });
    entered();
  }
  return { of, agreed, setAgreed, asked, texts, text, ask, send };
}

/** An account, for whoever has read how their data is kept, and holds the code that was sent to them. */
export function Register({ entered }: { entered: () => void }) {
  const { of, agreed, setAgreed, asked, texts, text, ask, send } = useRegistration(entered);
  const hint = t("8 digits, like 5812 3456");
  return (
    <section className="card">
      <h1>{t("Open an account")}</h1>
      <p className="lead">{t("At {brand}. You need a phone number or an e-mail address.", { brand })}</p>
      <Form button={t("Open my account")} send={send}>
        {(errors) => (
          <>
            <Field label={t("Full name")} autoComplete="name" {...of("full_name", errors)} />
            <Field label={t("Phone")} type="tel" autoComplete="tel-national" help={hint} {...of("phone", errors)} />
            <Field label={t("E-mail (optional)")} type="email" autoComplete="email" {...of("email", errors)} />
            <NewPassword label={t("Password")} {...of("password", errors)} />
            <Show of={texts}>{() => <p className="terms">{text && inLanguage(text)}</p>}</Show>
            <Tick
              name="agreed"
              label={t("I have read this and agree.")}
              checked={agreed}
              set={setAgreed}
              errors={errors.agreed}
            />
            {asked && <Note>{t("A code is on its way to {to}.", { to: asked.to })}</Note>}
            {asked && <Code {...of("code", errors)} />}
          </>
        )}
      </Form>
      {asked && <Again after={asked.again_in} ask={ask} />}
      <p>
        {t("Already have one?")} <a href="#/sign-in">{t("Sign in")}</a>
      </p>
    </section>
  );
}
