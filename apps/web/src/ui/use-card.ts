import { useEffect, useState } from "react";
import { type CardReading, readCard } from "../model/read-card.ts";

/** Reads a contact link or code in the background. */
export function useCard(code: string): CardReading | { readonly kind: "reading" } {
  const [reading, setReading] = useState<{ readonly code: string; readonly card: CardReading }>();
  useEffect(() => {
    let wanted = true;
    readCard(code).then(
      (card) => {
        if (wanted) setReading({ code, card });
      },
      () => {},
    );
    return () => {
      wanted = false;
    };
  }, [code]);
  return reading?.code === code ? reading.card : { kind: "reading" };
}
