import { type PeerConversation, type PeerLine, speakWith } from "../headless/peer-conversation.ts";
import { callIs, fieldOf, hears, message } from "../headless/told.ts";
import { LabError } from "../netns/requirements.ts";
import type { ComposeProject } from "./compose-project.ts";

/** A headless peer that runs in a container, and whom we tell what to do. */
export interface ContainerPeer {
  readonly user: string;
  readonly link: string;
  readonly conversation: PeerConversation;
  /** Short names of the supernodes it is at now, the first its home. */
  supernodes(): Promise<readonly string[]>;
  /** Adds another to its contacts. */
  meet(other: ContainerPeer): Promise<void>;
  /** Writes; resolves when the other has it and this one knows. */
  send(other: ContainerPeer, body: string): Promise<void>;
  /** Calls, is answered, hears and is heard, hangs up. Answers the path the call took. */
  callUp(other: ContainerPeer, tones: { readonly ours: number; readonly theirs: number }): Promise<string>;
  /** Lets go of it; it runs on. */
  close(): void;
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
    async supernodes() {
      const via = fieldOf(fieldOf(await state(), "network"), "via");
      return Array.isArray(via) ? via.map(String) : [];
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
