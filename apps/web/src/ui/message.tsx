import type { MessageView } from "@skein/client";
import { memo, type ReactElement } from "react";
import { clockTime, type Row } from "../model/conversation-rows.ts";
import { splitLinks } from "../model/links.ts";
import { messageState } from "../model/words.ts";
import { Icon, type IconName } from "./icons.tsx";

const STATE_ICONS: Readonly<Record<MessageView["state"], IconName>> = {
  queued: "clock",
  sent: "check",
  held: "held",
  delivered: "doubleCheck",
  read: "eye",
};

type Shown = Pick<Extract<Row, { kind: "message" }>, "message" | "place" | "told" | "foot">;

/** One message, with when it was sent and, for ours, how far it got. */
export const Message: React.MemoExoticComponent<(shown: Shown) => ReactElement> = memo(function Message({
  message,
  place,
  told,
  foot,
}: Shown): ReactElement {
  return (
    <li
      className="message"
      data-testid="message"
      data-state={message.state}
      data-author={message.mine ? "me" : "them"}
      data-place={place}
    >
      <p className="bubble" dir="auto">
        {splitLinks(message.body).map((piece, index) =>
          piece.kind === "text" ? (
            piece.text
          ) : (
            <a key={index} href={piece.address} target="_blank" rel="noopener noreferrer nofollow">
              {piece.text}
            </a>
          ),
        )}
      </p>
      <p className={foot === "seen" ? "message-meta" : "sr-only"}>
        <time dateTime={new Date(message.sentAt).toISOString()}>{clockTime(message.sentAt)}</time>
        {told !== "nothing" && <State state={message.state} told={told} />}
      </p>
    </li>
  );
});

function State({
  state,
  told,
}: {
  readonly state: MessageView["state"];
  readonly told: "words" | "icon";
}): ReactElement {
  const { label, meaning } = messageState(state);
  return (
    <span className="message-state" title={meaning}>
      <Icon name={STATE_ICONS[state]} />
      <span className={told === "words" ? undefined : "sr-only"}>{label}</span>
    </span>
  );
}
