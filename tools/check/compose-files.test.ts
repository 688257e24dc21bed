import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { imageDefaults, placeFaults, readComposeFile, settingFaults } from "./compose-files.ts";
import { root } from "./project-files.ts";

const FOLDER = join(root, "docker");
const dockerfile = readFileSync(join(FOLDER, "Dockerfile"), "utf8");
const names = readdirSync(FOLDER).filter((name) => name.endsWith(".yaml"));

describe.each(names)("docker/%s", (name) => {
  const file = readComposeFile(readFileSync(join(FOLDER, name), "utf8"), dockerfile);

  test("each service's own program accepts its settings, knows them all, and answers where its health is asked", () => {
    expect(file.services.length).toBeGreaterThanOrEqual(5);
    expect(file.services.flatMap(settingFaults)).toEqual([]);
  });

  test("every address is of its network, given once, and held by somebody", () => {
    expect(placeFaults(file)).toEqual([]);
  });
});

test("what the image sets and starts is read from the Dockerfile", () => {
  const { environment, command } = imageDefaults(dockerfile);
  expect(environment).toMatchObject({ SKEIN_DATA: "/data", SKEIN_LISTEN: "0.0.0.0", HEALTH_PORT: "4080" });
  expect(command).toEqual(["apps/supernode/build/main.js", "supernode"]);
});

test("wrong settings and addresses are found", () => {
  const file = readComposeFile(
    `
x-person: &person { SKEIN_PAGE: "http://10.0.0.9:8080/" }
services:
  one:
    environment: { SKEIN_WS_PORTS: "1", HEALTH_PORT: "\${HEALTH:-9}" }
    networks: { a: { ipv4_address: 10.0.0.1 } }
  two:
    command: ["apps/central/src/main.ts"]
    environment: { SKEIN_PORT: many }
    networks: { a: { ipv4_address: 10.0.0.1 } }
  three:
    command: ["apps/supernode/build/main.js", "peer"]
    environment: { <<: *person, SKEIN_MODE: neither }
    networks: { a: { ipv4_address: 10.0.1.3 } }
    depends_on: { four: {} }
  five:
    command: ["apps/supernode/build/main.js", "cook"]
networks: { a: { ipam: { config: [{ subnet: 10.0.0.0/24 }] } } }`,
    dockerfile,
  );
  expect(file.services.flatMap(settingFaults)).toEqual([
    "one: SKEIN_WS_PORTS is no setting of apps/supernode/build/main.js",
    "one: health is asked at another port than 4080",
    "two: SKEIN_PORT must be a whole number from 0 to 65535",
    expect.stringContaining('three: SKEIN_MODE: "neither" is not one of'),
    "five: there is no apps/supernode/build/main.js cook",
  ]);
  expect(placeFaults(file)).toEqual([
    "three: 10.0.1.3 is not in a",
    "two: 10.0.0.1 is taken",
    "three: SKEIN_PAGE names 10.0.0.9, which nobody has",
    "three: there is no four",
  ]);
});
