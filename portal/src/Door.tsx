import { useState } from "react";
import { call } from "./api";
import { Field, Form } from "./ui";
import { language, t } from "./words";

/** Register or sign in. */
export function Door({ brand, register, entered }: { brand: string; register: boolean; entered: () => Promise<void> }) {
  return register ? <Register brand={brand} entered={entered} /> : <SignIn brand={brand} entered={entered} />;
}

function SignIn({ brand, entered }: { brand: string; entered: () => Promise<void> }) {
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  return (
    <section className="card">
      <h1>{t("Sign in")}</h1>
      <p className="lead">{t("Your loans at {brand}.", { brand })}</p>
      <Form button={t("Sign in")} send={async () => { await call("POST", "sign-in", { name, password }); await entered(); }}>
        {(errors) => (
          <>
            <Field label={t("Phone or e-mail")} autoComplete="username" value={name} onChange={(e) => setName(e.target.value)} errors={errors.name} />
            <Field label={t("Password")} type="password" autoComplete="current-password" value={password} onChange={(e) => setPassword(e.target.value)} errors={errors.password} />
          </>
        )}
      </Form>
      <p><a href="#/register">{t("Open an account")}</a> · <a href="#/products">{t("See what we lend")}</a></p>
      <p><a href="/password-reset/">{t("Forgotten your password?")}</a></p>
    </section>
  );
}

function Register({ brand, entered }: { brand: string; entered: () => Promise<void> }) {
  const [values, setValues] = useState({ full_name: "", phone: "", email: "", password: "" });
  const set = (name: string) => (e: { target: { value: string } }) => setValues({ ...values, [name]: e.target.value });
  return (
    <section className="card">
      <h1>{t("Open an account")}</h1>
      <p className="lead">{t("At {brand}. You need a phone number or an e-mail address.", { brand })}</p>
      <Form button={t("Open my account")} send={async () => { await call("POST", "register", { ...values, language: language() }); await entered(); }}>
        {(errors) => (
          <>
            <Field label={t("Full name")} autoComplete="name" value={values.full_name} onChange={set("full_name")} errors={errors.full_name} />
            <Field label={t("Phone")} type="tel" autoComplete="tel-national" help={t("8 digits, like 5812 3456")} value={values.phone} onChange={set("phone")} errors={errors.phone} />
            <Field label={t("E-mail (optional)")} type="email" autoComplete="email" value={values.email} onChange={set("email")} errors={errors.email} />
            <Field label={t("Password")} type="password" autoComplete="new-password" help={t("At least 10 characters, not only digits")} value={values.password} onChange={set("password")} errors={errors.password} />
          </>
        )}
      </Form>
      <p>{t("Already have one?")} <a href="#/sign-in">{t("Sign in")}</a></p>
    </section>
  );
}
