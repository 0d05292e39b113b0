import { useMutation } from "@tanstack/react-query";
import { answerOf, api } from "../api/client";
import { signInsAsked, tokensAsked } from "../api/questions";
import { asRefused } from "../api/refused";
import type { SignIn, Token } from "../api/types";
import { day, moment } from "../format";
import { Show, useAsked } from "../ui/asked";
import { Card } from "../ui/parts";
import { t } from "../words";

/** Where one is signed in, and which programs act for one; ending either. */
export function Devices() {
  return (
    <>
      <SignIns />
      <Programs />
    </>
  );
}

function SignIns() {
  const sessions = useAsked(signInsAsked);
  const end = async (id: string) => {
    await answerOf(api.DELETE("/api/v1/sessions/{sign_in_id}", { params: { path: { sign_in_id: id } } }));
    sessions.reload();
  };
  return (
    <Card title={t("Where you are signed in")}>
      <Show of={sessions}>
        {(open) => (
          <ul className="plain">
            {open.map((session) => (
              <Line key={session.id} session={session} end={() => end(session.id)} />
            ))}
          </ul>
        )}
      </Show>
    </Card>
  );
}

function Line({ session, end }: { session: SignIn; end: () => Promise<void> }) {
  return (
    <li>
      <span className="quiet">{moment(new Date(session.at))}</span>
      <br />
      {session.device} {session.current ? <strong>{t("This one")}</strong> : <End words={t("Sign it out")} end={end} />}
    </li>
  );
}

function Programs() {
  const tokens = useAsked(tokensAsked);
  const end = async (id: string) => {
    await answerOf(api.DELETE("/api/v1/tokens/{token_id}", { params: { path: { token_id: id } } }));
    tokens.reload();
  };
  return (
    <Card title={t("Programs with a key to this account")}>
      <Show of={tokens}>
        {(made) =>
          made.length === 0 ? (
            <p className="quiet">{t("No program has a key.")}</p>
          ) : (
            <ul className="plain">
              {made.map((token) => (
                <Program key={token.id} token={token} end={() => end(token.id)} />
              ))}
            </ul>
          )
        }
      </Show>
    </Card>
  );
}

function Program({ token, end }: { token: Token; end: () => Promise<void> }) {
  const until = token.expires_at && t("until {day}", { day: day(token.expires_at) });
  return (
    <li>
      {token.name} <span className="quiet">{until}</span>{" "}
      {token.revoked_at ? (
        <span className="badge">{t("Ended")}</span>
      ) : (
        <End words={t("Take its key away")} end={end} />
      )}
    </li>
  );
}

function End({ words, end }: { words: string; end: () => Promise<void> }) {
  const { mutate, isPending, error } = useMutation({ mutationFn: end });
  return (
    <>
      <button className="link" disabled={isPending} onClick={() => mutate()}>
        {words}
      </button>
      {error && (
        <span className="error" role="alert">
          {asRefused(error).message}
        </span>
      )}
    </>
  );
}
