import { useState } from "react";
import { answerOf, api } from "../api/client";
import type { Me } from "../api/types";
import { statusLabel } from "../labels";
import { Card } from "../ui/parts";
import { t } from "../words";
import { WithCode, type Way } from "./WithCode";

interface PartProps {
  me: Me;
  open: boolean;
  begin: () => void;
  done: (to: Me) => void;
}

/** Whether phone and e-mail are shown to be one's own, and whether signing in asks for a code as well. */
export function Security({ me, changed }: { me: Me; changed: (to: Me) => void }) {
  const [doing, setDoing] = useState<Way | "factor" | null>(null);
  const part = (what: Way | "factor"): PartProps => ({
    me,
    open: doing === what,
    begin: () => setDoing(what),
    done: (to) => {
      setDoing(null);
      changed(to);
    },
  });
  return (
    <Card title={t("Security")}>
      <ul className="plain">
        {me.phone && <Address way="phone" name="Phone" shown={me.phone_verified} {...part("phone")} />}
        {me.email && <Address way="email" name="E-mail" shown={me.email_verified} {...part("email")} />}
      </ul>
      <SecondFactor {...part("factor")} />
    </Card>
  );
}

interface AddressProps extends PartProps {
  way: Way;
  name: string;
  shown: boolean;
}

function Address({ way, name, shown, me, open, begin, done }: AddressProps) {
  const verify = async (code: string) =>
    done(await answerOf(api.POST("/api/v1/me/verify", { body: { to: way, code } })));
  return (
    <li>
      {t(name)}: {me[way]} {shown && <span className="badge active">{statusLabel("confirmed")}</span>}
      {!shown && !open && (
        <button className="link" onClick={begin}>
          {t("Show that it is yours")}
        </button>
      )}
      {open && <WithCode to={way} button={t("Confirm")} use={verify} />}
    </li>
  );
}

function SecondFactor({ me, open, begin, done }: PartProps) {
  const wanted = !me.second_factor;
  const now = t(
    wanted ? "Signing in asks for the password alone." : "Signing in asks for a code as well as the password.",
  );
  const change = async (code: string) =>
    done(await answerOf(api.PUT("/api/v1/me/second-factor", { body: { wanted, code } })));
  return (
    <>
      <p>
        {now}{" "}
        {!open && (
          <button className="link" onClick={begin}>
            {t(wanted ? "Ask for a code too" : "Ask for the password alone")}
          </button>
        )}
      </p>
      {open && <WithCode to={me.phone ? "phone" : "email"} button={t("Change it")} use={change} />}
    </>
  );
}
