import { type FormEvent, type ReactElement, useEffect, useState } from "react";
import { directChoices } from "../model/words.ts";
import { DataUse } from "./data-use.tsx";
import { useLive } from "./live-hooks.ts";
import { Modal } from "./modal.tsx";
import { useScene } from "./session-context.ts";
import { MicrophoneChoice, SpeakerChoice } from "./sound-choice.tsx";

/** What a person may choose. Every choice takes effect at once. */
export function SettingsDialog({ close }: { close(): void }): ReactElement {
  return (
    <Modal close={close} title="Settings" description="For this profile on this device.">
      <MyName />
      <DirectConnections />
      <Receipts />
      <Sound />
      <Blocked />
      <DataUse />
      <About />
    </Modal>
  );
}

function MyName(): ReactElement {
  const { session, state } = useScene();
  const [name, setName] = useState(state.me.name);
  const [said, setSaid] = useState("");
  const save = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const outcome = await session.act({ kind: "rename", name: name.trim() });
    setSaid(outcome.ok ? "Saved." : outcome.sentence);
  };
  return (
    <form className="setting" onSubmit={(event) => void save(event)}>
      <label htmlFor="my-name">My name</label>
      <div className="field-row">
        <input id="my-name" value={name} maxLength={64} onChange={(event) => setName(event.target.value)} />
        <button type="submit" className="button" disabled={name.trim() === "" || name.trim() === state.me.name}>
          Save
        </button>
      </div>
      <p className="quiet small-text" role="status">
        {said}
      </p>
    </form>
  );
}

function DirectConnections(): ReactElement {
  const { state, act } = useScene();
  return (
    <fieldset className="setting">
      <legend>Direct connections</legend>
      <p className="quiet small-text">
        A direct connection is the fastest, and shows your IP address to the other person.
      </p>
      {directChoices.map(({ value, label, meaning }) => (
        <label key={value} className="choice">
          <input
            type="radio"
            name="direct"
            checked={state.settings.direct === value}
            onChange={() => void act({ kind: "change-settings", settings: { ...state.settings, direct: value } })}
          />
          <span>
            {label}
            <span className="quiet small-text">{meaning}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}

function Receipts(): ReactElement {
  const { state, act } = useScene();
  return (
    <div className="setting">
      <label className="choice">
        <input
          type="checkbox"
          checked={state.settings.readReceipts}
          onChange={(event) =>
            void act({ kind: "change-settings", settings: { ...state.settings, readReceipts: event.target.checked } })
          }
        />
        <span>
          Say when I have read a message
          <span className="quiet small-text">Otherwise they see “delivered” at most.</span>
        </span>
      </label>
    </div>
  );
}

function Sound(): ReactElement {
  const { parts } = useScene();
  const { ring, processing } = useLive(parts.sound);
  useEffect(() => parts.devices.refresh(), [parts]);
  return (
    <fieldset className="setting">
      <legend>Sound</legend>
      <MicrophoneChoice />
      <SpeakerChoice />
      <label className="choice">
        <input
          type="checkbox"
          checked={ring === "on"}
          onChange={(event) => parts.sound.change({ ring: event.target.checked ? "on" : "off" })}
        />
        <span>Ring when somebody calls</span>
      </label>
      <label className="choice">
        <input
          type="checkbox"
          checked={processing === "on"}
          onChange={(event) => parts.sound.change({ processing: event.target.checked ? "on" : "off" })}
        />
        <span>
          Remove noise and echo
          <span className="quiet small-text">Off for music. From the next call on.</span>
        </span>
      </label>
    </fieldset>
  );
}

function Blocked(): ReactElement | null {
  const { state, act } = useScene();
  if (state.blocked.length === 0) return null;
  return (
    <section className="setting" aria-label="Blocked people">
      <h3>Blocked</h3>
      <ul className="blocked">
        {state.blocked.map(({ user, name }) => (
          <li key={user}>
            <bdi>{name}</bdi>
            <button
              type="button"
              className="button small"
              aria-label={`Unblock ${name}`}
              onClick={() => void act({ kind: "unblock", user })}
            >
              Unblock
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function About(): ReactElement {
  const { parts, state } = useScene();
  return (
    <section className="setting" aria-label="About this profile">
      <h3>This profile</h3>
      <dl className="facts">
        <dt>Profile</dt>
        <dd>{parts.profile}</dd>
        <dt>My key</dt>
        <dd className="key-text">{state.me.user}</dd>
        <dt>This device</dt>
        <dd className="key-text">{state.me.device}</dd>
      </dl>
      <p className="quiet small-text">
        Keys and messages are kept in this browser only, the keys sealed. Clearing its data removes them for good.
      </p>
    </section>
  );
}
