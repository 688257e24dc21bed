import type { Outcome } from "@skein/client";
import { type FormEvent, type ReactElement, useState } from "react";
import type { Route } from "../address.ts";
import { FullPage } from "./full-page.tsx";
import { useCard } from "./use-card.ts";

/** Longest name, in characters; the limit of the contact card. */
const MAX_NAME_LENGTH = 64;

/** Asks a new person for a name. Rule WB5. */
export function Onboarding({
  profile,
  route,
  create,
}: {
  readonly profile: string;
  readonly route: Route;
  create(name: string): Promise<Outcome>;
}): ReactElement {
  const [name, setName] = useState("");
  const [stage, setStage] = useState<"asking" | "creating">("asking");
  const [fault, setFault] = useState("");

  const start = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const wanted = name.trim();
    if (wanted === "") {
      setFault("Give a name first: it is what your contacts see.");
      return;
    }
    setFault("");
    setStage("creating");
    const outcome = await create(wanted);
    if (outcome.ok) return;
    setStage("asking");
    setFault(outcome.sentence);
  };

  return (
    <FullPage title="Skein">
      <p className="lead">
        Calls and messages, carried by the people in it: your words go straight to the other person, or through machines
        that can pass them on but not read them.
      </p>
      <p className="quiet">
        There is no account and no password. Your keys are made here and stay in this browser, so whoever clears its
        data loses them.
      </p>
      {route.kind === "add" && <Waiting code={route.code} />}
      <form className="onboarding-form" onSubmit={(event) => void start(event)}>
        <label htmlFor="name">Your name</label>
        <div className="field-row">
          <input
            id="name"
            data-testid="name-input"
            value={name}
            maxLength={MAX_NAME_LENGTH}
            autoComplete="nickname"
            // biome-ignore lint/a11y/noAutofocus: the page asks exactly one thing
            autoFocus
            aria-describedby="name-fault"
            aria-invalid={fault !== ""}
            onChange={(event) => setName(event.target.value)}
          />
          <button type="submit" className="button primary" data-testid="start" disabled={stage === "creating"}>
            {stage === "creating" ? "Starting…" : "Start"}
          </button>
        </div>
        <p id="name-fault" className="fault" role="alert">
          {fault}
        </p>
      </form>
      {profile !== "default" && (
        <p className="quiet">
          Profile <code>{profile}</code>
        </p>
      )}
    </FullPage>
  );
}

function Waiting({ code }: { readonly code: string }): ReactElement {
  const card = useCard(code);
  if (card.kind === "reading") return <p className="note">Reading a contact link…</p>;
  if (card.kind === "refused") return <p className="note">You opened a contact link, but: {card.sentence}</p>;
  return (
    <p className="note">
      You opened the contact link of <bdi>{card.name}</bdi>. After this step you can add them.
    </p>
  );
}
