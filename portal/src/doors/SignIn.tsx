import { useState } from "react";
import { call, Refused } from "../api";
import { brand } from "../page";
import { Field, Form } from "../ui/forms";
import { Note } from "../ui/parts";
import { useFields } from "../ui/state";
import { t } from "../words";
import { Code } from "./Code";

/** Name and password; then a code as well, where the server asks for one. */
export function SignIn({ entered }: { entered: () => Promise<void> }) {
  const { values, of } = useFields({ name: "", password: "", code: "" });
  const [asked, setAsked] = useState("");
  async function send() {
    try {
      await call("POST", "sign-in", values);
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
      {asked && <Note>{asked}</Note>}
      <Form button={t("Sign in")} send={send}>
        {(errors) => (
          <>
            <Field label={t("Phone or e-mail")} autoComplete="username" {...of("name", errors)} />
            <Field label={t("Password")} type="password" autoComplete="current-password" {...of("password", errors)} />
            {asked && <Code {...of("code", errors)} />}
          </>
        )}
      </Form>
      <p>
        <a href="#/register">{t("Open an account")}</a> · <a href="#/products">{t("See what we lend")}</a>
      </p>
      <p>
        <a href="#/reset">{t("Forgotten your password?")}</a>
      </p>
    </section>
  );
}
