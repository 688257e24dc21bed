import { extname } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * Files that the program starts or serves. They lie beside its sources, and in the same places beside the bundle
 * (rolldown.config.ts), whose chunks all lie in one folder.
 */
const SELF = import.meta.url;

/** What runs in the media process (`peer/native/native-child.ts`). */
export const MEDIA_PROGRAM: string = fileURLToPath(new URL(`peer/native/native-child${extname(SELF)}`, SELF));

/** A file of the status page, by its name in `status/page`. */
export const statusPageFile = (name: string): URL => new URL(`status/page/${name}`, SELF);
