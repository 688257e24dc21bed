import { type ReactElement, useMemo } from "react";
import { encode } from "uqr";

/** A QR code as one SVG path, black on white in any theme, since cameras expect that. */
export function QrCode({ text }: { readonly text: string }): ReactElement {
  const { size, outline } = useMemo(() => {
    const { data } = encode(text, { ecc: "L", border: 3 });
    const cells = data.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : [])));
    return { size: data.length, outline: cells.join("") };
  }, [text]);
  return (
    <svg
      className="qr"
      viewBox={`0 0 ${size} ${size}`}
      role="img"
      aria-label="QR code of my contact link"
      shapeRendering="crispEdges"
    >
      <rect width={size} height={size} fill="#fff" />
      <path d={outline} fill="#000" />
    </svg>
  );
}
