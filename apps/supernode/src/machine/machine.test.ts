import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createHandClock } from "@skein/testkit";
import { expect, onTestFinished, test } from "vitest";
import { temporaryFolder } from "../../test/program.ts";
import { watchMachine } from "./machine.ts";
import { powerSource } from "./power.ts";

test("[SU18] this machine has memory and file descriptors left, and samples go on until they are stopped", async () => {
  const clock = createHandClock(1_000_000);
  let samples = 0;
  const machine = watchMachine({ resources: "measured" }, { clock, also: () => samples++ });
  onTestFinished(machine.stop);
  await clock.advance(10_000);
  expect(samples).toBe(6);
  const { descriptorsFree, memoryFreeMiB } = machine.resources();
  expect(memoryFreeMiB).toBeGreaterThan(1);
  expect(descriptorsFree).toBeGreaterThan(1);
  expect(machine.busy().lagMs).toBeGreaterThanOrEqual(0);
  machine.stop();
  await clock.advance(10_000);
  expect(samples).toBe(6);
});

test("[SU18] assumed resources are a small server's, whatever the machine does", () => {
  const machine = watchMachine({ resources: "assumed" }, { clock: createHandClock(0), also: () => {} });
  onTestFinished(machine.stop);
  expect(machine.resources()).toEqual({
    cpuFreePct: 60,
    memoryFreeMiB: 2_048,
    descriptorsFree: 16_384,
    power: "mains",
  });
});

test.each([
  [{ AC: { type: "Mains", online: "1" }, BAT0: { type: "Battery", status: "Charging" } }, "mains"],
  [{ AC: { type: "Mains", online: "0" }, BAT0: { type: "Battery", status: "Discharging" } }, "battery"],
  [{ odd: {} }, "mains"],
  [{}, "mains"],
] as const)("[SU18] power supplies %j are %s", (supplies, source) => {
  const folder = temporaryFolder();
  for (const [name, fields] of Object.entries(supplies)) {
    mkdirSync(join(folder, name));
    for (const [field, value] of Object.entries(fields)) writeFileSync(join(folder, name, field), `${value}\n`);
  }
  expect(powerSource(folder)).toBe(source);
  expect(powerSource(join(folder, "nowhere"))).toBe("mains");
});
