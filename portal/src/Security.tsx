import { useState } from "react";
import { call, type Me } from "./api";
import { Code } from "./Door";
import { Form } from "./ui";
import { t, type Words } from "./words";

type Way = "phone" | "email";

/** Whether phone and e-mail are shown to be one's own, and whether signing in asks for a code as well. */
export function Security({ me, changed }: { me: Me; changed: (to: Me) => void }) {
  const ways: [Way, Words, string, boolean][] = [["phone", "Phone", me.phone, me.phone_verified], ["email", "E-mail", me.email, me.email_verified]];
  const [doing, setDoing] = useState<Way | "factor" | null>(null);
  const done = (to: Me) => { setDoing(null); changed(to); };
  return (
    <section className="card" aria-label={t("Security")}>
      <h2>{t("Security")}</h2>
      <ul className="plain">
        {ways.filter(([, , address]) => address).map(([way, name, address, shown]) => (
          <li key={way}>{t(name)}: {address}{" "}
            {shown ? <span className="pill active">{t("Confirmed")}</span> : doing !== way && <button className="link" onClick={() => setDoing(way)}>{t("Show that it is yours")}</button>}
            {doing === way && <WithCode to={way} button={t("Confirm")} use={async (code) => done(await call<Me>("POST", "me/verify", { to: way, code }))} />}
          </li>
        ))}
      </ul>
      <p>{t(me.second_factor ? "Signing in asks for a code as well as the password." : "Signing in asks for the password alone.")}{" "}
        {doing !== "factor" && <button className="link" onClick={() => setDoing("factor")}>{t(me.second_factor ? "Ask for the password alone" : "Ask for a code too")}</button>}</p>
      {doing === "factor" && <WithCode to={me.phone ? "phone" : "email"} button={t("Change it")}
        use={async (code) => done(await call<Me>("PUT", "me/second-factor", { wanted: !me.second_factor, code }))} />}
    </section>
  );
}

/** Asks for a code, then does with it what is wanted. */
function WithCode({ to, button, use }: { to: Way; button: string; use: (code: string) => Promise<void> }) {
  const [sent, setSent] = useState("");
  const [code, setCode] = useState("");
  if (!sent) {
    return <Form button={t("Send me a code")} send={async () => setSent((await call<{ to: string }>("POST", "me/codes", { to })).to)}>{() => null}</Form>;
  }
  return (
    <>
      <div className="note" role="status">{t("A code is on its way to {to}.", { to: sent })}</div>
      <Form button={button} send={() => use(code)}>{(errors) => <Code value={code} set={setCode} errors={errors.code} />}</Form>
    </>
  );
}
