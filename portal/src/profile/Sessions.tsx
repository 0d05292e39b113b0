import { call, type Session } from "../api";
import { moment } from "../format";
import { Show, useLoad } from "../ui/loading";
import { Card } from "../ui/parts";
import { t } from "../words";

/** Where one is signed in, and signing out from there. */
export function Sessions() {
  const sessions = useLoad(() => call<Session[]>("GET", "sessions"));
  async function end(id: string) {
    await call("DELETE", `sessions/${id}`);
    sessions.reload();
  }
  return (
    <Card title={t("Where you are signed in")}>
      <Show of={sessions}>
        {(open) => (
          <ul className="plain">
            {open.map((session) => (
              <li key={session.id}>
                <span className="quiet">{moment(new Date(session.at))}</span>
                <br />
                {session.device}{" "}
                {session.current ? <strong>{t("This one")}</strong> : <End end={() => end(session.id)} />}
              </li>
            ))}
          </ul>
        )}
      </Show>
    </Card>
  );
}

function End({ end }: { end: () => Promise<void> }) {
  return (
    <button className="link" onClick={end}>
      {t("Sign it out")}
    </button>
  );
}
