import { useState } from "react";
import { answerOf, api } from "../api/client";
import { comeIn } from "../api/entry";
import { Refused } from "../api/refused";
import { brand } from "../page";
import { useSession } from "../session";
import { Field, Form } from "../ui/forms";
import { Note } from "../ui/parts";
import { useFields } from "../ui/state";
import { t } from "../words";
import { Again } from "./Again";
import { Code } from "./Code";

interface Asked {
  message: string;
  again: number; // seconds
}

/** Name and password; then a code as well, where the server asks for one. */
export function SignIn({ entered }: { entered: () => void }) {
  const { values, of } = useFields({ name: "", password: "", code: "" });
  const [asked, setAsked] = useState<Asked | null>(null);
  const signIn = (code: string) => comeIn(() => answerOf(api.POST("/api/v1/sign-in", { body: { ...values, code } })));
  async function send(code: string) {
    try {
      await signIn(code);
    } catch (reason) {
      if (!(reason instanceof Refused && reason.code === "code_needed")) throw reason;
      setAsked({ message: reason.message, again: Number(reason.values.again_in ?? 60) });
      return;
    }
    entered();
  }
  return (
    <section className="card">
      <h1>{t("Sign in")}</h1>
      <p className="lead">{t("Your loans at {brand}.", { brand })}</p>
      <Why />
      {asked && <Note>{asked.message}</Note>}
      <Form button={t("Sign in")} send={() => send(values.code)}>
        {(errors) => (
          <>
            <Field label={t("Phone or e-mail")} autoComplete="username" {...of("name", errors)} />
            <Field label={t("Password")} type="password" autoComplete="current-password" {...of("password", errors)} />
            {asked && <Code {...of("code", errors)} />}
          </>
        )}
      </Form>
      {asked && <Again after={asked.again} ask={() => send("")} />}
      <p>
        <a href="#/register">{t("Open an account")}</a> · <a href="#/products">{t("See what we lend")}</a>
      </p>
      <p>
        <a href="#/reset">{t("Forgotten your password?")}</a>
      </p>
    </section>
  );
}

/** Why one stands here, where one did not ask for it. */
function Why() {
  const { ended, left } = useSession();
  if (ended) return <Note>{t("Your session has ended. Sign in again.")}</Note>;
  if (!left) return null;
  return <Note>{t("You are signed out on this phone. The rest is done once there is a connection.")}</Note>;
}
