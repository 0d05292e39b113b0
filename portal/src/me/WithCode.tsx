import { useState } from "react";
import { answerOf, api } from "../api/client";
import { Again } from "../doors/Again";
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
  const [sent, setSent] = useState<{ to: string; again_in: number } | null>(null);
  const [code, setCode] = useState("");
  async function ask() {
    setSent(await answerOf(api.POST("/api/v1/me/codes", { body: { to } })));
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
      <Note>{t("A code is on its way to {to}.", { to: sent.to })}</Note>
      <Form button={button} send={() => use(code)}>
        {(errors) => <Code name="code" value={code} set={setCode} errors={errors.code} />}
      </Form>
      <Again after={sent.again_in} ask={ask} />
    </>
  );
}
