import { type ReactElement, useId } from "react";
import type { SoundDevice } from "../media/devices.ts";
import { useLive } from "./live-hooks.ts";
import { useScene } from "./session-context.ts";

/** Chooses the microphone, for this call too. */
export function MicrophoneChoice(): ReactElement {
  const { parts, act } = useScene();
  const { microphones } = useLive(parts.devices);
  const { microphone } = useLive(parts.sound);
  const choose = (deviceId: string): void => {
    parts.sound.change({ microphone: deviceId });
    void act({ kind: "choose-microphone", deviceId });
  };
  return <DeviceChoice label="Microphone" devices={microphones} chosen={microphone} choose={choose} />;
}

/** Chooses the speaker, where the browser lets a page choose one. */
export function SpeakerChoice(): ReactElement | null {
  const { parts } = useScene();
  const { speakers } = useLive(parts.devices);
  const { speaker } = useLive(parts.sound);
  if (!("setSinkId" in HTMLMediaElement.prototype)) return null;
  return (
    <DeviceChoice
      label="Speaker"
      devices={speakers}
      chosen={speaker}
      choose={(deviceId) => parts.sound.change({ speaker: deviceId })}
    />
  );
}

function DeviceChoice({
  label,
  devices,
  chosen,
  choose,
}: {
  readonly label: string;
  readonly devices: readonly SoundDevice[];
  readonly chosen: string;
  choose(deviceId: string): void;
}): ReactElement {
  const id = useId();
  // The browser lists its pick as "default" too; the first entry stands for it.
  const others = devices.filter((device) => device.id !== "default");
  const gone = chosen !== "" && others.every((device) => device.id !== chosen);
  return (
    <div className="device">
      <label htmlFor={id}>{label}</label>
      <select id={id} value={chosen} onChange={(event) => choose(event.target.value)}>
        <option value="">The system’s choice</option>
        {others.map((device) => (
          <option key={device.id} value={device.id}>
            {device.label}
          </option>
        ))}
        {gone && <option value={chosen}>The one chosen before (not connected)</option>}
      </select>
    </div>
  );
}
