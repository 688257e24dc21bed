import type { DeviceId } from "@skein/core";

/** The TURN relay of this server, as the sessions see it. */
export interface RelayService {
  /** Credentials for one device until `expiresAt` (ms since 1970). */
  credentials(
    device: DeviceId,
    expiresAt: number,
  ): { readonly urls: string[]; readonly username: string; readonly credential: string };
}
