/**
 * The status page of a supernode: asks `/status.json` every two seconds and shows what it says; asks `/what-if` when told.
 *
 * @module
 */

const EVERY_MS = 2_000;
const PATIENCE_MS = 5_000;

const ROLES = {
  leaf: "Leaf",
  settling: "Settling",
  serving: "Serving",
  "stepping-down": "Leaving",
};

const STAGES = ["refuse", "unlist", "hand-over", "dht-client", "close"];

const OUTCOMES = {
  elected: "It would serve",
  "not-now": "Not its turn",
  "not-needed": "Not needed",
  unfit: "Unfit",
};

/** @param {string} id @returns {HTMLElement} */
const at = (id) => document.getElementById(id);

/** @param {string} id @param {string} text */
function say(id, text) {
  const element = at(id);
  // Untouched when it is the same, so that screen readers do not hear it again.
  if (element.textContent !== text) element.textContent = text;
}

/**
 * @param {string} name
 * @param {Record<string, string>} attributes
 * @param {...(Node | string)} children
 */
function make(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

const chip = (verdict, text = verdict) => make("span", { class: "chip", "data-verdict": verdict }, text);

/** Replaces the children where they changed: what somebody marks or reads stays in place otherwise. */
function fill(id, children) {
  const element = at(id);
  const next = make(element.tagName, {}, ...children);
  if (next.innerHTML !== element.innerHTML) element.replaceChildren(...next.childNodes);
}

function sayDuration(ms) {
  if (ms < 120_000) return `${Math.round(ms / 1_000)} s`;
  if (ms < 7_200_000) return `${Math.round(ms / 60_000)} min`;
  return ms < 172_800_000 ? `${Math.round(ms / 3_600_000)} h` : `${Math.round(ms / 86_400_000)} days`;
}

const sayTime = (ms) => new Date(ms).toLocaleTimeString([], { hour12: false });
const sayDate = (ms) => new Date(ms).toLocaleString([], { dateStyle: "medium", timeStyle: "short", hour12: false });
const plural = (count, one, many) => `${count} ${count === 1 ? one : many}`;
const sayAmount = (value) => (value === 0 ? "0" : value < 10 ? value.toFixed(1) : String(Math.round(value)));

function showState(status) {
  at("state").dataset.role = status.role;
  say("role", ROLES[status.role]);
  say("sentence", status.sentence);
  say("id", status.id);
  say("build", status.build);
  document.title = `${ROLES[status.role]} · Skein supernode`;
  const settings = {
    always: "Pinned by its operator (role always).",
    auto: "It elects itself (role auto).",
    never: "Its operator lets it never serve (role never).",
  };
  const since = status.since === null ? "" : ` In this role for ${sayDuration(status.now - status.since)}.`;
  const { hours } = status.budget;
  const allowed = hours === null ? "" : ` It may serve ${hours} UTC.`;
  say(
    "times",
    `${settings[status.setting]}${allowed} Running for ${sayDuration(status.now - status.startedAt)}.${since}`,
  );
  at("stages").hidden = status.stage === null;
  fill(
    "stages",
    STAGES.map((stage) => make("li", stage === status.stage ? { "aria-current": "step" } : {}, stage)),
  );
}

/** A figure, with how much of what it may be. */
function figure(label, value, unit, share) {
  const meter =
    share === undefined
      ? []
      : [
          make("meter", {
            min: "0",
            max: "100",
            high: "85",
            optimum: "0",
            value: String(Math.round(share)),
            "aria-label": label,
          }),
        ];
  return make("div", {}, make("dt", {}, label), make("dd", {}, value, " ", make("small", {}, unit), ...meter));
}

function showFigures({ budget, leaves, slots, relayedCalls, turnedAway, candidates }) {
  const { kBps, mostKBps, monthGB, monthlyGB } = budget;
  const month = monthlyGB === null ? "GB, no limit" : `of ${monthlyGB} GB`;
  const gigabytes = monthGB === 0 ? "0" : monthGB < 0.1 ? "< 0.1" : monthGB.toFixed(1);
  fill("figures", [
    figure("Leaves", String(leaves), `of ${plural(slots, "slot", "slots")}`, slots === 0 ? 0 : (100 * leaves) / slots),
    figure("Relayed calls", String(relayedCalls), "now"),
    figure("Bandwidth spent", sayAmount(kBps), `of ${mostKBps} kB/s`, (100 * kBps) / Math.max(1, mostKBps)),
    figure(
      "Traffic this month",
      gigabytes,
      month,
      monthlyGB === null ? undefined : (100 * monthGB) / Math.max(0.001, monthlyGB),
    ),
    figure("Turned away", String(turnedAway), "last minute"),
    figure("Candidates here", String(candidates), "would serve"),
  ]);
}

function showReasons(reasons) {
  fill(
    "reasons",
    reasons.map(({ label, value, needs, verdict }) =>
      make(
        "tr",
        {},
        make("th", { scope: "row" }, label),
        make("td", {}, value),
        make("td", { class: "needs" }, needs),
        make("td", {}, chip(verdict)),
      ),
    ),
  );
}

function showAround({ cell, neighbours }) {
  say(
    "cell",
    cell === null
      ? "It has not looked at its cell yet."
      : `Its cell: ${plural(cell.supernodes, "supernode", "supernodes")}, load ${Math.round(cell.loadPct)} %, ` +
          `${cell.missing} missing, ${cell.surplus} too many.`,
  );
  const rows = neighbours.map(({ id, build, phase, leaves, slots, loadPct, ageMs }) =>
    make(
      "tr",
      {},
      make("th", { scope: "row" }, make("code", {}, id)),
      make("td", {}, build),
      make("td", {}, phase),
      make("td", { class: "number" }, leaves === null ? "?" : `${leaves} of ${slots}`),
      make("td", { class: "number" }, `${Math.round(loadPct)} %`),
      make("td", { class: "number wide" }, `${sayDuration(ageMs)} ago`),
    ),
  );
  const none = make("tr", {}, make("td", { colspan: "6", class: "needs" }, "None heard of. Alone it serves as well."));
  fill("neighbours", rows.length === 0 ? [none] : rows);
}

function showBuilds({ builds, unprovenCapPct, notice }) {
  const unproven = builds
    .filter(({ standing }) => standing === "unproven")
    .reduce((sum, { sharePct }) => sum + sharePct, 0);
  say(
    "cap",
    notice.kind === "unmanaged"
      ? "No operator key is set: every build counts as proven."
      : `Builds not proven hold ${Math.round(unproven)} % of the cell together and may hold ${unprovenCapPct} %. ` +
          "Builds are self-declared.",
  );
  const none = make("li", { class: "quiet" }, "No supernode in sight.");
  const rows = builds.map(({ build, supernodes, sharePct, standing }) =>
    make(
      "li",
      {},
      make("div", {}, make("code", {}, build), chip(standing)),
      make("meter", { min: "0", max: "100", value: String(Math.round(sharePct)), "aria-label": `share of ${build}` }),
      make("span", { class: "quiet" }, `${plural(supernodes, "supernode", "supernodes")}, ${Math.round(sharePct)} %`),
    ),
  );
  fill("builds", rows.length === 0 ? [none] : rows);
}

function showNotice(notice) {
  const sentences = {
    unmanaged: "This network is unmanaged: nobody's notices count.",
    waiting: "An operator key is set and no notice has come yet, so no build is proven.",
    notice: notice.lapsed ? "This notice has expired: floor and lists stand, its switch is open." : "In force.",
  };
  say("notice-sentence", sentences[notice.kind]);
  const fields =
    notice.kind === "notice"
      ? [
          ["Sequence", String(notice.sequence)],
          ["Election", notice.election],
          ["Minimum version", notice.minimumVersion],
          ["Proven builds", notice.provenBuilds.join(", ") || "none"],
          ["Revoked builds", notice.revokedBuilds.join(", ") || "none"],
          ["Expires", sayDate(notice.expiresAt)],
        ]
      : [];
  fill(
    "notice",
    fields.flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value)]),
  );
}

function showDecisions(decisions) {
  fill(
    "decisions",
    decisions.map(({ at: ms, text }) =>
      make("li", {}, make("time", { datetime: new Date(ms).toISOString() }, sayTime(ms)), text),
    ),
  );
}

function show(status) {
  showState(status);
  showFigures(status);
  showReasons(status.reasons);
  showAround(status);
  showBuilds(status);
  showNotice(status.notice);
  showDecisions(status.decisions);
}

/** @param {"live" | "lost"} kind @param {string} text */
function showContact(kind, text) {
  at("contact").dataset.contact = kind;
  say("contact", text);
  at("main").classList.toggle("lost", kind === "lost");
}

let lostAt;

async function refresh() {
  try {
    const answer = await fetch("/status.json", { cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS) });
    if (!answer.ok) throw new Error(String(answer.status));
    show(await answer.json());
    lostAt = undefined;
    at("main").removeAttribute("aria-busy");
    showContact("live", "Live");
  } catch {
    lostAt ??= Date.now();
    showContact("lost", `No contact with the supernode since ${sayTime(lostAt)}. Trying again.`);
  }
  setTimeout(refresh, EVERY_MS);
}

function showAnswer(outcome, title, sentence) {
  at("answer").dataset.outcome = outcome;
  say("outcome", title);
  say("answer-sentence", sentence);
}

async function ask(event) {
  event.preventDefault();
  const given = [...new FormData(at("what-if"))].filter(([, value]) => value !== "");
  try {
    const answer = await fetch(`/what-if?${new URLSearchParams(given)}`, { signal: AbortSignal.timeout(PATIENCE_MS) });
    const { fault, outcome, sentence } = await answer.json();
    if (fault === undefined) showAnswer(outcome, OUTCOMES[outcome], sentence);
    else showAnswer("fault", "It cannot be asked so", fault);
  } catch {
    showAnswer("fault", "No answer", "The supernode could not be asked. Try again when the page has contact.");
  }
}

at("what-if").addEventListener("submit", ask);
at("what-if").addEventListener("reset", () => showAnswer("none", "Not asked yet", "Change a fact and ask."));
await refresh();
