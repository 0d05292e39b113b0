import { useState } from "react";
import { answerOf, api, forgetToken } from "../api/client";
import { NewPassword } from "../doors/NewPassword";
import { Field, Form } from "../ui/forms";
import { Card, Note } from "../ui/parts";
import { useFields } from "../ui/state";
import { t } from "../words";

/** Another password, for whoever knows the present one. */
export function Password() {
  const [done, setDone] = useState(false);
  const { values, of, reset } = useFields({ current: "", password: "" }, () => setDone(false));
  async function send() {
    await answerOf(api.PUT("/api/v1/me/password", { body: values }));
    forgetToken(); // the session goes on under another key
    reset();
    setDone(true);
  }
  return (
    <Card title={t("Change the password")}>
      {done && <Note good>{t("Your password is changed. Other phones are signed out.")}</Note>}
      <Form button={t("Set the password")} send={send}>
        {(errors) => (
          <>
            <Field
              label={t("Present password")}
              type="password"
              autoComplete="current-password"
              {...of("current", errors)}
            />
            <NewPassword label={t("New password")} {...of("password", errors)} />
          </>
        )}
      </Form>
    </Card>
  );
}
