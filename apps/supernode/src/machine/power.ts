import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Where Linux lists power supplies. */
const SUPPLIES = "/sys/class/power_supply";

/** What the machine runs on. On battery only where a battery says that it is being emptied; no word of one is mains. */
export function powerSource(folder: string = SUPPLIES): "mains" | "battery" {
  try {
    const supplies = readdirSync(folder);
    const draining = supplies.some(
      (name) => read(folder, name, "type") === "Battery" && read(folder, name, "status") === "Discharging",
    );
    return draining ? "battery" : "mains";
  } catch {
    return "mains";
  }
}

function read(folder: string, supply: string, field: string): string {
  try {
    return readFileSync(join(folder, supply, field), "utf8").trim();
  } catch {
    return "";
  }
}
