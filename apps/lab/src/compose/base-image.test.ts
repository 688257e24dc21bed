import { expect, test } from "vitest";
import { librariesOf } from "./base-image.ts";

test("libraries are read from ldd: found ones and the loader, neither the kernel's own nor missing ones", () => {
  const output = [
    "/usr/bin/ip:",
    "\tlinux-vdso.so.1 (0x00007ffd2a5f2000)",
    "\tlibmnl.so.0 => /lib/x86_64-linux-gnu/libmnl.so.0 (0x00007f4e65831000)",
    "\tlibgone.so.1 => not found",
    "\t/lib64/ld-linux-x86-64.so.2 (0x00007f4e65843000)",
    "/bin/busybox:",
    "\tnot a dynamic executable",
  ].join("\n");
  expect(librariesOf(output)).toEqual(["/lib/x86_64-linux-gnu/libmnl.so.0", "/lib64/ld-linux-x86-64.so.2"]);
});
