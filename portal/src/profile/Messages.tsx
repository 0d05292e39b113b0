import { call, type Message } from "../api";
import { day } from "../format";
import { Show, useLoad } from "../ui/loading";
import { Card } from "../ui/parts";
import { t } from "../words";

/** What was sent to the borrower. */
export function Messages() {
  const messages = useLoad(() => call<Message[]>("GET", "messages"));
  return (
    <Card title={t("Messages")}>
      <Show of={messages}>
        {(sent) =>
          sent.length === 0 ? <p className="quiet">{t("Nothing was sent to you yet.")}</p> : <Sent messages={sent} />
        }
      </Show>
    </Card>
  );
}

function Sent({ messages }: { messages: Message[] }) {
  return (
    <ul className="plain">
      {messages.map((message) => (
        <li key={message.id}>
          <span className="quiet">{day(message.at)}</span>
          <br />
          {message.text}
        </li>
      ))}
    </ul>
  );
}
