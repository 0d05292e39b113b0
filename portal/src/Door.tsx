import { useState } from "react";
import { call, type ConsentText, Refused } from "./api";
import { Field, Form, Show, useLoad } from "./ui";
import { language, t } from "./words";

/** Register, sign in, or choose a new password. */
export function Door({ brand, page, entered }: { brand: string; page?: string; entered: () => Promise<void> }) {
  if (page === "register") return <Register brand={brand} entered={entered} />;
  return page === "reset" ? <Reset /> : <SignIn brand={brand} entered={entered} />;
}

function SignIn({ brand, entered }: { brand: string; entered: () => Promise<void> }) {
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [asked, setAsked] = useState("");
  async function send() {
    try {
      await call("POST", "sign-in", { name, password, code });
    } catch (reason) {
      if (!(reason instanceof Refused && reason.code === "code_needed")) throw reason;
      setAsked(reason.message);
      return;
    }
    await entered();
  }
  return (
    <section className="card">
      <h1>{t("Sign in")}</h1>
      <p className="lead">{t("Your loans at {brand}.", { brand })}</p>
      {asked && <div className="note" role="status">{asked}</div>}
      <Form button={t("Sign in")} send={send}>
        {(errors) => (
          <>
            <Field label={t("Phone or e-mail")} autoComplete="username" value={name} onChange={(e) => setName(e.target.value)} errors={errors.name} />
            <Field label={t("Password")} type="password" autoComplete="current-password" value={password} onChange={(e) => setPassword(e.target.value)} errors={errors.password} />
            {asked && <Code value={code} set={setCode} errors={errors.code} />}
          </>
        )}
      </Form>
      <p><a href="#/register">{t("Open an account")}</a> · <a href="#/products">{t("See what we lend")}</a></p>
      <p><a href="#/reset">{t("Forgotten your password?")}</a></p>
    </section>
  );
}

/** The six digits of a message. */
export function Code({ value, set, errors }: { value: string; set: (to: string) => void; errors?: string[] }) {
  return <Field label={t("Code")} inputMode="numeric" autoComplete="one-time-code" maxLength={7} help={t("The six digits that we sent you")} value={value} onChange={(e) => set(e.target.value)} errors={errors} />;
}

function Reset() {
  const [name, setName] = useState("");
  const [code, setCode] = useState("");
  const [password, setPassword] = useState("");
  const [step, setStep] = useState<"ask" | "choose" | "done">("ask");
  return (
    <section className="card">
      <h1>{t("Choose a new password")}</h1>
      {step === "ask" && (
        <Form key="ask" button={t("Send me a code")} send={async () => { await call("POST", "password-reset", { name }); setStep("choose"); }}>
          {(errors) => <Field label={t("Phone or e-mail")} autoComplete="username" value={name} onChange={(e) => setName(e.target.value)} errors={errors.name} />}
        </Form>
      )}
      {step === "choose" && (
        <>
          <div className="note" role="status">{t("If there is such an account, a code is on its way. It is good for 10 minutes.")}</div>
          <Form key="choose" button={t("Set the password")} send={async () => { await call("POST", "password-reset/new", { name, code, password }); setStep("done"); }}>
            {(errors) => (
              <>
                <Code value={code} set={setCode} errors={errors.code} />
                <Field label={t("New password")} type="password" autoComplete="new-password" help={t("At least 10 characters, not only digits")} value={password} onChange={(e) => setPassword(e.target.value)} errors={errors.password} />
              </>
            )}
          </Form>
          <p className="quiet">{t("No code came? If you sign in with a code and have shown no e-mail to be yours, ask at your branch.")}</p>
        </>
      )}
      {step === "done" && <div className="note good" role="status">{t("Your password is changed. Sign in with it now.")}</div>}
      <p><a href="#/sign-in">{t("Sign in")}</a></p>
    </section>
  );
}

function Register({ brand, entered }: { brand: string; entered: () => Promise<void> }) {
  const [values, setValues] = useState({ full_name: "", phone: "", email: "", password: "" });
  const [agreed, setAgreed] = useState(false);
  const texts = useLoad(() => call<ConsentText[]>("GET", "consent-texts"));
  const text = texts.value?.find((found) => found.purpose === "records");
  async function send() {
    await call("POST", "register", { ...values, language: language(), agreed: agreed && text ? text.version : 0 });
    await entered();
  }
  const set = (name: string) => (e: { target: { value: string } }) => setValues({ ...values, [name]: e.target.value });
  return (
    <section className="card">
      <h1>{t("Open an account")}</h1>
      <p className="lead">{t("At {brand}. You need a phone number or an e-mail address.", { brand })}</p>
      <Form button={t("Open my account")} send={send}>
        {(errors) => (
          <>
            <Field label={t("Full name")} autoComplete="name" value={values.full_name} onChange={set("full_name")} errors={errors.full_name} />
            <Field label={t("Phone")} type="tel" autoComplete="tel-national" help={t("8 digits, like 5812 3456")} value={values.phone} onChange={set("phone")} errors={errors.phone} />
            <Field label={t("E-mail (optional)")} type="email" autoComplete="email" value={values.email} onChange={set("email")} errors={errors.email} />
            <Field label={t("Password")} type="password" autoComplete="new-password" help={t("At least 10 characters, not only digits")} value={values.password} onChange={set("password")} errors={errors.password} />
            <Show of={texts}>{() => <p className="terms">{language() === "st" ? text?.sesotho : text?.english}</p>}</Show>
            <label className="tick"><input type="checkbox" checked={agreed} onChange={(e) => setAgreed(e.target.checked)} aria-invalid={!!errors.agreed} /> {t("I have read this and agree.")}</label>
            {errors.agreed?.map((e) => <p className="error" key={e}>{e}</p>)}
          </>
        )}
      </Form>
      <p>{t("Already have one?")} <a href="#/sign-in">{t("Sign in")}</a></p>
    </section>
  );
}
