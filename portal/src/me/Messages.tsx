import { messagesAsked } from "../api/questions";
import type { Message } from "../api/types";
import { day } from "../format";
import { Show, useAsked } from "../ui/asked";
import { Card } from "../ui/parts";
import { t } from "../words";

/** What was sent to the borrower. */
export function Messages() {
  const messages = useAsked(messagesAsked);
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
