import { useState } from "react";
import { call } from "../api";
import { Code } from "../doors/Code";
import { Form } from "../ui/forms";
import { Note } from "../ui/parts";
import { t } from "../words";

/** Where a code may be sent. */
export type Way = "phone" | "email";

interface WithCodeProps {
  to: Way;
  button: string;
  use: (code: string) => Promise<void>;
}

/** Asks for a code, then does with it what is wanted. */
export function WithCode({ to, button, use }: WithCodeProps) {
  const [sent, setSent] = useState("");
  const [code, setCode] = useState("");
  async function ask() {
    const asked = await call<{ to: string }>("POST", "me/codes", { to });
    setSent(asked.to);
  }
  if (!sent) {
    return (
      <Form button={t("Send me a code")} send={ask}>
        {() => null}
      </Form>
    );
  }
  return (
    <>
      <Note>{t("A code is on its way to {to}.", { to: sent })}</Note>
      <Form button={button} send={() => use(code)}>
        {(errors) => <Code value={code} set={setCode} errors={errors.code} />}
      </Form>
    </>
  );
}
