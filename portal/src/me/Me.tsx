import type { ReactNode } from "react";
import { meAsked } from "../api/questions";
import type { Me as Myself } from "../api/types";
import { LanguageButtons } from "../Frame";
import { answers } from "../kept/answers";
import { Show, useAsked } from "../ui/asked";
import { Card, PaperLink } from "../ui/parts";
import { t, type Language } from "../words";
import { Complaints } from "./Complaints";
import { Consents } from "./Consents";
import { Devices } from "./Devices";
import { Messages } from "./Messages";
import { Particulars } from "./Particulars";
import { Password } from "./Password";
import { Reminders } from "./Reminders";
import { Security } from "./Security";

type Speak = (wanted: Language) => Promise<void>;

interface Part {
  title: string;
  about: string;
  show: (speak: Speak) => ReactNode;
}

/** The pages about oneself, by the last part of their address. */
const PARTS: Record<string, Part> = {
  particulars: { title: "My particulars", about: "Name, phone, address, work", show: () => <OfMe of={Particulars} /> },
  security: { title: "Security", about: "Password, codes at sign-in", show: () => <Safe /> },
  devices: { title: "Phones and programs", about: "Where one is signed in with this account", show: () => <Devices /> },
  settings: {
    title: "Language and reminders",
    about: "English or Sesotho; what we remind you of",
    show: (speak) => (
      <>
        <Spoken speak={speak} />
        <OfMe of={Reminders} />
      </>
    ),
  },
  consents: { title: "What I agreed to", about: "What is kept, and whom we may ask", show: () => <Consents /> },
  messages: { title: "Messages", about: "What we have sent to you", show: () => <Messages /> },
  complaints: { title: "Complaints", about: "Complain, and read the answers", show: () => <Complaints /> },
  everything: { title: "All that is kept about me", about: "As a paper or for a program", show: () => <Everything /> },
};

/** Oneself: what there is, or one part of it. */
export function Me({ part = "", speak }: { part?: string; speak: Speak }) {
  const chosen = PARTS[part];
  if (!chosen) return <Contents />;
  return (
    <>
      <p>
        <a href="#/profile">{t("Back to “Me”")}</a>
      </p>
      <h1>{t(chosen.title)}</h1>
      {chosen.show(speak)}
    </>
  );
}

function Contents() {
  return (
    <>
      <h1>{t("About me")}</h1>
      {Object.entries(PARTS).map(([part, { title, about }]) => (
        <a key={part} className="card row" href={`#/profile/${part}`}>
          <span>
            <strong>{t(title)}</strong>
            <br />
            <span className="quiet">{t(about)}</span>
          </span>
        </a>
      ))}
    </>
  );
}

interface OfMeProps {
  me: Myself;
  changed: (to: Myself) => void;
}

/** What is about the account itself: it is asked for, and what a change answers takes its place. */
function OfMe({ of: Shown }: { of: (props: OfMeProps) => ReactNode }) {
  const me = useAsked(meAsked);
  return (
    <Show of={me}>{(known) => <Shown me={known} changed={(to) => answers.setQueryData(meAsked.queryKey, to)} />}</Show>
  );
}

function Spoken({ speak }: { speak: Speak }) {
  return (
    <Card title={t("Language of my account")}>
      <p className="quiet">{t("The language of this page, of our messages and of your papers.")}</p>
      <div className="languages">
        <LanguageButtons speak={speak} />
      </div>
    </Card>
  );
}

function Safe() {
  return (
    <>
      <OfMe of={Security} />
      <Password />
    </>
  );
}

function Everything() {
  return (
    <Card title={t("All that is kept about me")}>
      <p className="quiet">
        {t("Your particulars, loans, payments, history, messages and what you agreed to, in one file.")}
      </p>
      <p>
        <PaperLink path="me/everything.pdf">{t("Download as a paper")}</PaperLink> ·{" "}
        <a href="/api/v1/me/everything" download="letsema.json">
          {t("Download for a program")}
        </a>
      </p>
    </Card>
  );
}
