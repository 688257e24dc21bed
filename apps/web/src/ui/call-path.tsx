import type { PathView } from "@skein/client";
import type { ReactElement } from "react";
import { type PathNode, pathNodes } from "../model/call-figures.ts";
import { pathWords } from "../model/words.ts";

/** The way a call takes, drawn node by node: a straight line when direct, a V with whoever passes it on at its point. */
export function CallPath({ path, name }: { readonly path: PathView | undefined; readonly name: string }): ReactElement {
  if (path === undefined) {
    return (
      <div className="call-path">
        <p className="call-path-words">The path is not known yet.</p>
      </div>
    );
  }
  const nodes = pathNodes(path, name);
  return (
    <div className="call-path" data-path={path.kind}>
      <ol className="call-nodes" data-count={nodes.length}>
        {nodes.map((node) => (
          <li key={node.role} data-role={node.role}>
            <NodeMark role={node.role} />
            <bdi>{node.name}</bdi>
          </li>
        ))}
      </ol>
      <svg className="call-figure" viewBox="0 0 300 60" preserveAspectRatio="none" aria-hidden="true" focusable="false">
        <path d={nodes.length === 2 ? "M75 30H225" : "M50 14 150 46 250 14"} vectorEffect="non-scaling-stroke" />
      </svg>
      <p className="call-path-words">{pathWords(path).meaning}</p>
    </div>
  );
}

function NodeMark({ role }: { readonly role: PathNode["role"] }): ReactElement {
  return <span className="node-mark" data-role={role} aria-hidden="true" />;
}
