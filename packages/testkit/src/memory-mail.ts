import {
  type Clock,
  type DeviceId,
  type Live,
  MAX_MAIL_BYTES,
  type Mail,
  type Mailbox,
  NetworkError,
  type NetworkStatus,
  type Random,
  toBase64Url,
} from "@skein/core";
import { requireOnline } from "./require-online.ts";

/** Every box of a memory world. */
export type MemoryBoxes = Map<DeviceId, readonly Mail[]>;

/** The mailbox as one network sees it; a box takes at most `pieces`. */
export function createMemoryMailbox(
  options: { readonly self: DeviceId; readonly pieces: number },
  dependencies: {
    readonly boxes: MemoryBoxes;
    readonly status: Live<NetworkStatus>;
    readonly clock: Clock;
    readonly random: Random;
  },
): Mailbox {
  const { self, pieces } = options;
  const { boxes, status, clock, random } = dependencies;
  const boxOf = (device: DeviceId): readonly Mail[] => boxes.get(device) ?? [];
  return {
    async deposit(device, sealed, signal) {
      requireOnline(status.value, signal);
      if (sealed.byteLength > MAX_MAIL_BYTES) {
        throw new NetworkError("too-large", `${sealed.byteLength} bytes are more than ${MAX_MAIL_BYTES}`);
      }
      const box = boxOf(device);
      if (box.length >= pieces) throw new NetworkError("refused", `the box is full: ${pieces} pieces`);
      const mail: Mail = { id: toBase64Url(random.bytes(16)), sealed: sealed.slice(), receivedAt: clock.now() };
      boxes.set(device, [...box, mail]);
    },
    async collect(signal) {
      requireOnline(status.value, signal);
      return boxOf(self).map((mail) => ({ ...mail, sealed: mail.sealed.slice() }));
    },
    async acknowledge(ids, signal) {
      requireOnline(status.value, signal);
      const gone = new Set(ids);
      boxes.set(
        self,
        boxOf(self).filter(({ id }) => !gone.has(id)),
      );
    },
  };
}
