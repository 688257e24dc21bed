import type { ContactView } from "@skein/client";
import { type ReactElement, useState } from "react";
import { Composer } from "./composer.tsx";
import { ContactDetails } from "./contact-details.tsx";
import { ConversationHeader } from "./conversation-header.tsx";
import { MessageList } from "./message-list.tsx";

/** One contact: header, messages, composer, and details on demand. */
export function Conversation({ contact }: { readonly contact: ContactView }): ReactElement {
  const [details, setDetails] = useState<"open" | "closed">("closed");
  return (
    <section className="conversation" aria-label={`Conversation with ${contact.name}`} data-details={details}>
      <ConversationHeader
        contact={contact}
        details={details}
        toggleDetails={() => setDetails(details === "open" ? "closed" : "open")}
      />
      <ContactDetails contact={contact} shown={details} />
      <MessageList contact={contact} />
      <Composer contact={contact} />
    </section>
  );
}
