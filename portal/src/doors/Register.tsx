import { useState } from "react";
import { call, type ConsentText } from "../api";
import { brand } from "../page";
import { Field, Form, Tick } from "../ui/forms";
import { Show, useLoad } from "../ui/loading";
import { useFields } from "../ui/state";
import { inLanguage, language, t } from "../words";
import { NewPassword } from "./NewPassword";

/** An account, for whoever has read how their data is kept. */
export function Register({ entered }: { entered: () => Promise<void> }) {
  const { values, of } = useFields({ full_name: "", phone: "", email: "", password: "" });
  const [agreed, setAgreed] = useState(false);
  const texts = useLoad(() => call<ConsentText[]>("GET", "consent-texts"));
  const text = texts.value?.find(({ purpose }) => purpose === "records");
  async function send() {
    const version = agreed && text ? text.version : 0;
    await call("POST", "register", { ...values, language: language(), agreed: version });
    await entered();
  }
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
            <Tick label={t("I have read this and agree.")} checked={agreed} set={setAgreed} errors={errors.agreed} />
          </>
        )}
      </Form>
      <p>
        {t("Already have one?")} <a href="#/sign-in">{t("Sign in")}</a>
      </p>
    </section>
  );
}
