import { useState } from "react";
import { answerOf, api } from "../api/client";
import type { Me } from "../api/types";
import { Tick } from "../ui/forms";
import { t } from "../words";

/** Whether one wants to be reminded of what falls due. */
export function Reminders({ me }: { me: Me }) {
  const [wanted, setWanted] = useState(me.wants_reminders);
  function change(to: boolean) {
    setWanted(to);
    const body = { wants_reminders: to };
    answerOf(api.PUT("/api/v1/me/settings", { body })).catch(() => setWanted(!to));
  }
  return (
    <section className="card" aria-label={t("Reminders")}>
      <Tick name="wants_reminders" label={t("Remind me of what falls due")} checked={wanted} set={change} />
      <p className="help">{t("What becomes of an application or a payment is always told.")}</p>
    </section>
  );
}
