import type { RequestView } from "@skein/client";
import type { ReactElement } from "react";
import { Avatar } from "./avatar.tsx";
import { useScene } from "./session-context.ts";

/** People who wrote and are not contacts yet. Nothing of ours is shown to them before they are accepted. */
export function Requests(): ReactElement | null {
  const { state } = useScene();
  if (state.requests.length === 0) return null;
  return (
    <section className="requests" aria-label="Requests">
      <h2 className="section-title">
        {state.requests.length === 1
          ? "1 person wants to reach you"
          : `${state.requests.length} people want to reach you`}
      </h2>
      <ul>
        {state.requests.map((request) => (
          <li key={request.user}>
            <Request request={request} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Request({ request }: { readonly request: RequestView }): ReactElement {
  const { act } = useScene();
  const { user, name, firstMessage } = request;
  return (
    <article className="request">
      <div className="request-who">
        <Avatar name={name} user={user} />
        <div>
          <strong dir="auto">{name}</strong>
          {firstMessage !== "" && (
            <p className="request-message" dir="auto">
              {firstMessage}
            </p>
          )}
        </div>
      </div>
      <div className="request-actions">
        <button
          type="button"
          className="button small primary"
          aria-label={`Accept ${name}`}
          onClick={() => void act({ kind: "accept-request", user })}
        >
          Accept
        </button>
        <button
          type="button"
          className="button small"
          aria-label={`Decline ${name}`}
          onClick={() => void act({ kind: "decline-request", user })}
        >
          Decline
        </button>
        <button
          type="button"
          className="button small danger-text"
          aria-label={`Block ${name}`}
          onClick={() => void act({ kind: "block", user })}
        >
          Block
        </button>
      </div>
    </article>
  );
}
