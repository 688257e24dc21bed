import type { ReactElement } from "react";

/** Our icons, drawn on a 24-unit grid with round strokes of 1.75. */
const shapes = {
  phone:
    "M6.6 3.8 9 3.2l2 4.6-2 1.6a11.5 11.5 0 0 0 5.6 5.6l1.6-2 4.6 2-.6 2.4c-.4 1.7-1.8 3-3.5 2.8C10.3 19.5 4.5 13.7 3.8 7.3 3.6 5.6 4.9 4.2 6.6 3.8Z",
  hangup: "M2.8 14.4c5.4-5.2 13-5.2 18.4 0l-1.8 2.9-4.3-1.4-.3-3c-1.9-.5-3.7-.5-5.6 0l-.3 3-4.3 1.4-1.8-2.9Z",
  microphone:
    "M12 3.5a2.8 2.8 0 0 1 2.8 2.8v5a2.8 2.8 0 0 1-5.6 0v-5A2.8 2.8 0 0 1 12 3.5ZM5.8 11a6.2 6.2 0 0 0 12.4 0M12 17.2v3.3",
  muted:
    "M9.2 9.2v2.1a2.8 2.8 0 0 0 4.7 2M14.8 10.6V6.3a2.8 2.8 0 0 0-5.3-1.2M5.8 11a6.2 6.2 0 0 0 9.8 5M18.2 11c0 1-.2 1.9-.6 2.7M12 17.2v3.3M4 4l16 16",
  send: "M4.5 12h14M13 6l6 6-6 6",
  back: "M19.5 12h-15M11 5.5 4.5 12l6.5 6.5",
  settings:
    "M4 7h9M17 7h3M4 17h3M11 17h9M15 4.8a2.2 2.2 0 1 1 0 4.4 2.2 2.2 0 0 1 0-4.4ZM9 14.8a2.2 2.2 0 1 1 0 4.4 2.2 2.2 0 0 1 0-4.4Z",
  close: "M5.5 5.5l13 13M18.5 5.5l-13 13",
  copy: "M9 9h10.5v10.5H9zM15 9V4.5H4.5V15H9",
  check: "M5 12.5l4.5 4.5L19 7.5",
  doubleCheck: "M2.5 12.5 7 17l9-9.5M11.5 16.5l.8.5 9.2-9.5",
  clock: "M12 4a8 8 0 1 1 0 16 8 8 0 0 1 0-16ZM12 8v4.3l2.8 1.7",
  held: "M4 8.5 6.5 5h11L20 8.5V19H4zM4 8.5h16M9.5 12.5h5",
  eye: "M2.8 12C5 7.8 8.3 5.8 12 5.8s7 2 9.2 6.2c-2.2 4.2-5.5 6.2-9.2 6.2S5 16.2 2.8 12ZM12 9.3a2.7 2.7 0 1 1 0 5.4 2.7 2.7 0 0 1 0-5.4Z",
  shield: "M12 3.5 19 6v5.5c0 4.3-2.8 7.3-7 9-4.2-1.7-7-4.7-7-9V6zM8.8 11.8l2.4 2.4 4-4.4",
  info: "M12 4a8 8 0 1 1 0 16 8 8 0 0 1 0-16ZM12 11v5M12 8v.1",
  qr: "M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14h2.5v2.5H14zM17.5 17.5H20V20h-2.5zM20 14v.1M14 20v.1",
  userPlus:
    "M10 4.5a3.5 3.5 0 1 1 0 7 3.5 3.5 0 0 1 0-7ZM3.5 19.5c.4-3.4 3-5.5 6.5-5.5s6.1 2.1 6.5 5.5M18.5 7v5M16 9.5h5",
  speaker: "M4.5 9.5v5H8l4.5 4v-13l-4.5 4zM16 9a4.2 4.2 0 0 1 0 6M18.5 6.5a7.8 7.8 0 0 1 0 11",
  offline: "M4 4l16 16M8.5 15.5a5 5 0 0 1 7 0M5.3 12.3a9.5 9.5 0 0 1 4-2.4M14.5 9.8c1.6.4 3 1.3 4.2 2.5M12 19v.1",
  shrink: "M5 14h5v5M19 10h-5V5M10 14l-5.5 5.5M14 10l5.5-5.5",
  grow: "M5 14v5h5M19 10V5h-5M5 19l5.5-5.5M19 5l-5.5 5.5",
  server: "M4.5 5h15v5.5h-15zM4.5 13.5h15V19h-15zM8 7.8v.1M8 16.2v.1",
} as const;

/** Name of an icon. */
export type IconName = keyof typeof shapes;

/** Draws an icon in the colour of the text around it. It is decoration: the words stand beside it. */
export function Icon({ name }: { readonly name: IconName }): ReactElement {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={shapes[name]} />
    </svg>
  );
}

/** The flock: seven geese in a V, the sign of Skein. */
export function Flock({ className }: { readonly className?: string }): ReactElement {
  return (
    <svg className={`flock ${className ?? ""}`} viewBox="0 0 120 72" aria-hidden="true" focusable="false">
      {GEESE.map(([x, y, scale]) => (
        <path
          key={x}
          d="M-11 -3.5 C-7 -6 -3 -4.5 0 0 C3 -4.5 7 -6 11 -3.5 C7 -3.6 3 -1.4 0 3 C-3 -1.4 -7 -3.6 -11 -3.5 Z"
          transform={`translate(${x} ${y}) scale(${scale})`}
        />
      ))}
    </svg>
  );
}

/** Place and size of each goose; the leader flies lowest in the picture's perspective. */
const GEESE: readonly (readonly [number, number, number])[] = [
  [60, 58, 1.15],
  [43, 44, 0.95],
  [78, 46, 0.95],
  [28, 31, 0.8],
  [94, 34, 0.8],
  [14, 19, 0.66],
  [108, 23, 0.66],
];
