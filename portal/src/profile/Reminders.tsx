import { useState } from "react";
import { call, type Me } from "../api";
import { Tick } from "../ui/forms";
import { t } from "../words";

/** Whether one wants to be reminded of what falls due. */
export function Reminders({ me }: { me: Me }) {
  const [wanted, setWanted] = useState(me.wants_reminders);
  function change(to: boolean) {
    setWanted(to);
    call("PUT", "me/settings", { wants_reminders: to }).catch(() => setWanted(!to));
  }
  return (
    <section className="card" aria-label={t("Reminders")}>
      <Tick label={t("Remind me of what falls due")} checked={wanted} set={change} />
      <p className="help">{t("What becomes of an application or a payment is always told.")}</p>
    </section>
  );
}
