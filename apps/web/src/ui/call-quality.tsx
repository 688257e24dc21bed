import type { QualityView } from "@skein/client";
import type { ReactElement } from "react";
import { qualityFigures, qualityGrade } from "../model/call-figures.ts";

/** Live figures of a call. */
export function CallQuality({ quality }: { readonly quality: QualityView | undefined }): ReactElement {
  if (quality === undefined) return <p className="call-quality waiting">Measuring…</p>;
  const grade = qualityGrade(quality.mos);
  return (
    <div className="call-quality" data-grade={grade}>
      <p className="grade">
        <span className="grade-bars" aria-hidden="true">
          <i />
          <i />
          <i />
        </span>
        {grade}
      </p>
      <dl>
        {qualityFigures(quality).map(({ label, value }) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
