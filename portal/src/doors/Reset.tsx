import { useState } from "react";
import { answerOf, api } from "../api/client";
import { Field, Form } from "../ui/forms";
import { Note } from "../ui/parts";
import { useFields } from "../ui/state";
import { t } from "../words";
import { Again } from "./Again";
import { Code } from "./Code";
import { NewPassword } from "./NewPassword";

/** A new password for whoever can read what is sent to the account's phone or e-mail. */
export function Reset() {
  const [step, setStep] = useState<"ask" | "choose" | "done">("ask");
  const [name, setName] = useState("");
  return (
    <section className="card">
      <h1>{t("Choose a new password")}</h1>
      {step === "ask" && <Ask name={name} setName={setName} done={() => setStep("choose")} />}
      {step === "choose" && <Choose name={name} done={() => setStep("done")} />}
      {step === "done" && <Note good>{t("Your password is changed. Sign in with it now.")}</Note>}
      <p>
        <a href="#/sign-in">{t("Sign in")}</a>
      </p>
    </section>
  );
}

const WAIT = 60; // seconds: asked for sooner, the server sends no other code

async function askForCode(name: string): Promise<void> {
  await answerOf(api.POST("/api/v1/password-reset", { body: { name } }));
}

interface AskProps {
  name: string;
  setName: (name: string) => void;
  done: () => void;
}

function Ask({ name, setName, done }: AskProps) {
  async function send() {
    await askForCode(name);
    done();
  }
  return (
    <Form button={t("Send me a code")} send={send}>
      {({ name: errors }) => (
        <Field
          label={t("Phone or e-mail")}
          name="name"
          autoComplete="username"
          value={name}
          set={setName}
          errors={errors}
        />
      )}
    </Form>
  );
}

function Choose({ name, done }: { name: string; done: () => void }) {
  const { values, of } = useFields({ code: "", password: "" });
  async function send() {
    await answerOf(api.POST("/api/v1/password-reset/new", { body: { name, ...values } }));
    done();
  }
  return (
    <>
      <Note>{t("If there is such an account, a code is on its way. It is good for 10 minutes.")}</Note>
      <Form button={t("Set the password")} send={send}>
        {(errors) => (
          <>
            <Code {...of("code", errors)} />
            <NewPassword label={t("New password")} {...of("password", errors)} />
          </>
        )}
      </Form>
      <Again after={WAIT} ask={() => askForCode(name)} />
      <p className="quiet">
        {t("No code came? If you sign in with a code and have shown no e-mail to be yours, ask at your branch.")}
      </p>
    </>
  );
}
