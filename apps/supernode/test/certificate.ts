import { execFileSync } from "node:child_process";
import { join } from "node:path";

/** Whether certificates can be made here; Node itself makes none. */
export const canMakeCertificates: boolean = hasOpenssl();

/** Makes a self-signed certificate for 127.0.0.1 and its key as PEM files in a folder. */
export function makeCertificate(folder: string): { readonly certificate: string; readonly key: string } {
  const files = { certificate: join(folder, "cert.pem"), key: join(folder, "key.pem") };
  const words = [
    ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"],
    ...["-keyout", files.key, "-out", files.certificate, "-subj", "/CN=skein.test"],
    ...["-addext", "subjectAltName=IP:127.0.0.1,DNS:skein.test"],
  ];
  execFileSync("openssl", words, { stdio: "pipe" });
  return files;
}

function hasOpenssl(): boolean {
  try {
    execFileSync("openssl", ["version"]);
    return true;
  } catch {
    return false;
  }
}
