import type { Mode } from "@skein/core";
import { type PeerConversation, type PeerLine, speakWith } from "../headless/peer-conversation.ts";
import { callIs, fieldOf, hears, message } from "../headless/told.ts";
import { LabError } from "../netns/requirements.ts";
import type { ComposeProject } from "./compose-project.ts";

/** A headless peer that runs in a container, and whom we tell what to do. */
export interface ContainerPeer {
  readonly user: string;
  readonly link: string;
  readonly conversation: PeerConversation;
  /** Takes another network, and waits until it is on it. */
  switchTo(mode: Mode): Promise<void>;
  /** Short name of the supernode it is at now. */
  home(): Promise<string>;
  /** Waits until it is at others than this supernode. */
  left(supernode: string): Promise<void>;
  /** Adds another to its contacts. */
  meet(other: ContainerPeer): Promise<void>;
  /** Writes; resolves when the other has it and this one knows. */
  send(other: ContainerPeer, body: string): Promise<void>;
  /** Calls, is answered, hears and is heard, hangs up. Answers the path the call took. */
  callUp(other: ContainerPeer, tones: { readonly ours: number; readonly theirs: number }): Promise<string>;
  /** Lets go of it; it runs on. */
  close(): void;
}

/** Whom a peer is at, its home first; nobody while it is not online. */
function viaOf(network: unknown): readonly string[] {
  const via = fieldOf(network, "via");
  return Array.isArray(via) ? via.map(String) : [];
}

/** Takes hold of the peer in a service's container. */
export async function peerIn(project: ComposeProject, service: string): Promise<ContainerPeer> {
  const child = await project.attach(service);
  const { stdin, stdout, stderr } = child;
  if (stdin === null || stdout === null) throw new LabError(`${service} could not be attached to`);
  let complaints = "";
  stderr?.on("data", (chunk: Buffer) => {
    complaints = `${complaints}${chunk.toString("utf8")}`.slice(-2_000);
  });
  const conversation = speakWith(service, stdin, stdout);
  child.once("error", (error) => conversation.end(error.message));
  child.once("close", () => conversation.end(complaints));
  const state = async (): Promise<unknown> => (await conversation.order({ do: "state" })).state;
  const me = fieldOf(await state(), "me");
  const user = String(fieldOf(me, "user"));

  /** What the call of a line is, for people. */
  const pathOf = (line: PeerLine | undefined): string => {
    const path = fieldOf(line?.call, "path");
    return String(fieldOf(path, "kind") ?? "path unknown");
  };

  return {
    user,
    link: String(fieldOf(me, "link")),
    conversation,
    async switchTo(mode) {
      const since = conversation.lines.length;
      await conversation.order({ kind: "choose-mode", mode });
      await conversation.until(
        `the ${mode} network`,
        (line) => line.mode === mode && viaOf(line.network).length > 0,
        since,
      );
    },
    async home() {
      const [home] = viaOf(fieldOf(await state(), "network"));
      if (home === undefined) throw new LabError(`${service} is at no supernode`);
      return home;
    },
    async left(supernode) {
      const isElsewhere = (network: unknown): boolean => {
        const via = viaOf(network);
        return via.length > 0 && !via.includes(supernode);
      };
      const since = conversation.lines.length;
      if (isElsewhere(fieldOf(await state(), "network"))) return;
      await conversation.until("another supernode", (line) => isElsewhere(line.network), since);
    },
    async meet(other) {
      await conversation.order({ kind: "add-contact", link: other.link });
    },
    async send(other, body) {
      await conversation.order({ kind: "send", user: other.user, body });
      await Promise.all([message(other.conversation, body), message(conversation, body, "delivered", "read")]);
    },
    async callUp(other, tones) {
      const since = conversation.lines.length;
      const theirs = other.conversation.lines.length;
      await conversation.order({ kind: "call", user: other.user });
      await callIs(other.conversation, "ringing-in", theirs);
      await other.conversation.order({ kind: "answer" });
      await Promise.all([
        hears(conversation, tones.theirs, since),
        hears(other.conversation, tones.ours, theirs),
        callIs(conversation, "connected", since),
      ]);
      const path = pathOf(conversation.lines.findLast(({ kind }) => kind === "call"));
      await conversation.order({ kind: "hang-up" });
      await Promise.all([callIs(conversation, "ended", since), callIs(other.conversation, "ended", theirs)]);
      return path;
    },
    close() {
      child.kill("SIGKILL");
    },
  };
}
