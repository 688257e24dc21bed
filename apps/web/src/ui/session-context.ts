import type { Command, Outcome, Session, SessionState } from "@skein/client";
import { createContext, useContext } from "react";
import type { PageParts } from "./page-parts.ts";

/** What every part of the main screen may use. */
export interface Scene {
  readonly parts: PageParts;
  readonly session: Session;
  readonly state: SessionState;
  /** `follower`: the client, and with it sound and microphone, run in another tab. */
  readonly role: "leader" | "follower";
  readonly link: "live" | "lost";
  /** Acts, and shows a refusal at the foot of the page. Forms use `session.act` and show it in place. */
  act(command: Command): Promise<Outcome>;
}

/** Gives the {@link Scene} to the main screen. */
export const SceneContext: React.Context<Scene | undefined> = createContext<Scene | undefined>(undefined);

/** The scene around a component. Throws outside the main screen. */
export function useScene(): Scene {
  const scene = useContext(SceneContext);
  if (scene === undefined) throw new Error("used outside the main screen");
  return scene;
}
