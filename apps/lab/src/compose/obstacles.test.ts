import process from "node:process";
import { expect, test } from "vitest";
import { findObstacle, installDocker, missingPackages } from "./obstacles.ts";

const complete = { isRoot: true, hasProgram: () => true, hasFile: () => true };
const never = new AbortController().signal;

test("what is missing is named by its Debian package, each once", () => {
  expect(missingPackages(complete)).toEqual([]);
  const bare = { ...complete, hasProgram: (name: string) => !name.startsWith("docker") };
  expect(missingPackages(bare)).toEqual(["docker.io", "docker-compose"]);
});

test("nothing is installed where nothing is missing or we may not", async () => {
  const said: string[] = [];
  const say = (text: string): void => void said.push(text);
  await installDocker({ say, signal: never }, complete);
  await installDocker({ say, signal: never }, { ...complete, isRoot: false, hasProgram: () => false });
  await installDocker(
    { say, signal: never },
    { ...complete, hasProgram: (name) => name !== "apt-get" && name !== "nft" },
  );
  expect(said).toEqual([]);
});

test.runIf(process.platform === "linux")("an obstacle is one sentence", async () => {
  expect(await findObstacle(never, { ...complete, isRoot: false })).toBe("a Docker daemon of our own needs root");
  expect(await findObstacle(never, { ...complete, hasProgram: (name) => name !== "dockerd" })).toBe(
    "not installed: docker.io",
  );
});
