import type { Traffic } from "@skein/core";
import { type ReactElement, useEffect, useState } from "react";
import { trafficWords } from "../model/traffic-words.ts";
import { useScene } from "./session-context.ts";

/** How often an open panel asks, ms. */
const EVERY_MS = 5_000;

type Reading = { readonly kind: "asking" } | { readonly kind: "unknown"; readonly sentence: string } | Known;
interface Known {
  readonly kind: "known";
  readonly traffic: Traffic;
}

/** What the network costs this device; asked only while it is looked at. */
export function DataUse(): ReactElement {
  const { session } = useScene();
  const [reading, setReading] = useState<Reading>({ kind: "asking" });
  useEffect(() => {
    const ask = async (): Promise<void> => {
      const outcome = await session.act({ kind: "read-meter" });
      if (!outcome.ok) setReading({ kind: "unknown", sentence: outcome.sentence });
      else if (outcome.traffic !== undefined) setReading({ kind: "known", traffic: outcome.traffic });
    };
    void ask();
    const timer = setInterval(() => void ask(), EVERY_MS);
    return () => clearInterval(timer);
  }, [session]);
  return (
    <section className="setting" aria-label="Data use" data-testid="data-use">
      <h3>Data use</h3>
      <Figures reading={reading} />
    </section>
  );
}

function Figures({ reading }: { readonly reading: Reading }): ReactElement {
  if (reading.kind === "asking") return <p className="quiet small-text">Reading the meter…</p>;
  if (reading.kind === "unknown") return <p className="quiet small-text">{reading.sentence}</p>;
  const words = trafficWords(reading.traffic);
  if (words === undefined) return <p className="quiet small-text">Counting. The first figures come after a minute.</p>;
  return (
    <>
      <dl className="facts">
        {words.facts.flatMap(({ what, howMuch }) => [<dt key={what}>{what}</dt>, <dd key={`${what}:`}>{howMuch}</dd>])}
      </dl>
      <p className="quiet small-text">{words.note}</p>
    </>
  );
}
