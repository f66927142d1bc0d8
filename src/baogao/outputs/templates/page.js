"use strict";
// Report text is other people's: it reaches the page only as text nodes, never as markup.
(() => {
  const $ = (id) => document.getElementById(id);
  const index = JSON.parse($("index").textContent);
  const { schema, reports } = index;
  const BOUNDS = {
    over: ["≥", () => t("at least 多于")], under: ["≤", () => t("at most 少于")], about: ["≈", () => t("about 约")], exact: ["", () => ""],
  };
  const STATES = {
    reported: () => t("reported"), reported_none: () => t("none 无"), not_reported: () => t("not reported 未提及"),
  };
  const narrow = matchMedia("(max-width: 760px)");
  // A page that is served is drawn again after each decision: what then still moved would stop half-way.
  const still = typeof reviewing === "function" || matchMedia("(prefers-reduced-motion: reduce)").matches;
  const behavior = still ? "instant" : "smooth";
  const FIELDS = schema.groups.flatMap((group) => group.fields);
  const SPECS = new Map(FIELDS.map((spec) => [spec.id, spec]));
  const ROWS = schema.rows || []; // lists of small records
  let current = -1; // number of the report that is open
  let report = null;
  let selected = null; // key of the answer that is selected
  let turn = 0; // which of its places was shown last
  let marks = new Map(); // number of a place -> its elements

  function h(tag, className, ...children) {
    const element = document.createElement(tag);
    if (className) element.className = className;
    element.append(...children.filter((child) => child !== null && child !== ""));
    return element;
  }

  // ---- the list of reports
  const failedOf = (of) => t("failed: {error}", { error: of.error ? told(of.error) : t("no error was recorded") });
  function listReports() {
    $("reports").replaceChildren(...reports.map(reportItem));
  }
  function reportItem(summary, number) {
    const states = summary.status === "failed"
      ? [h("span", "bad", failedOf(summary))]
      : [h("span", "num", t("{n} reported", { n: summary.reported })), h("span", "num", t("{n} none", { n: summary.none }))];
    if (summary.review) states.push(h("span", "warn num", t("{n} to look at", { n: summary.review })));
    if (review) states.push(...review.progress(summary));
    if (summary.failing) states.push(h("span", "warn num", tn("{n} check fails", "{n} checks fail", summary.failing)));
    const title = h("span", "t", summary.title);
    title.lang = "zh";
    const button = h("button", "", title, h("span", "s", h("span", "", summary.id)), h("span", "s", ...states));
    button.type = "button";
    button.addEventListener("click", () => { openReport(number); toggleRail(false); });
    return h("li", "", button);
  }
  function findReports() {
    const wanted = $("find").value.trim().toLowerCase();
    [...$("reports").children].forEach((item, number) => {
      item.hidden = !`${reports[number].title} ${reports[number].id} ${reports[number].status}`.toLowerCase().includes(wanted);
    });
  }
  function toggleRail(open) {
    $("rail").classList.toggle("open", open);
    $("rail-toggle").setAttribute("aria-expanded", String(open));
  }

  // ---- the text
  function showText() {
    marks = new Map();
    const body = report.lines ? h("div", "text", ...report.lines.map(showLine)) : lostText();
    body.lang = "zh";
    $("sheet").replaceChildren(h("article", "report", about(), body));
    $("sheet").scrollTop = 0;
  }
  function showLine(line) {
    const element = h("div", `l ${line.role}`, ...line.pieces.map((piece) => (typeof piece === "string" ? piece : showPiece(piece))));
    if (line.start !== undefined) element.dataset.start = line.start;
    if (line.page) element.dataset.page = t("page {n}", { n: line.page });
    return element;
  }
  function showPiece([characters, places]) {
    const element = h("mark", report.places[places[0]].kind, characters);
    element.title = places.map((place) => report.places[place].key).filter((key) => !key.startsWith("#")).map(labelOf).join(" · ");
    if (report.places[places[0]].key.startsWith("#")) element.dataset.candidate = report.places[places[0]].key.slice(1);
    element.addEventListener("click", () => clickMark(places));
    for (const place of places) marks.set(place, [...(marks.get(place) || []), element]);
    return element;
  }
  function lostText() {
    const failed = report.status === "failed";
    return h("p", "lost", h("strong", "", failed ? t("This document failed") : t("The text was not kept")),
      failed ? (report.error ? told(report.error) : t("no error was recorded")) : t("Answers are shown without their places."));
  }
  function about() {
    const made = report.made_by;
    const facts = [made.extractor, made.model, `baogao ${made.baogao}`];
    if (report.usage.requests) {
      facts.push(tn("{n} request", "{n} requests", report.usage.requests), t("{n} tokens", { n: report.usage.prompt_tokens + report.usage.completion_tokens }));
    }
    const box = h("div", "about", h("p", "", h("b", "", report.doc_id), ` · ${report.source}`), h("p", "", facts.filter(Boolean).join(" · ")));
    if (report.lines && report.status === "failed") box.append(h("p", "bad", failedOf(report)));
    for (const notice of report.notices) box.append(h("p", "note", told(notice)));
    if (report.lines && report.status === "ok") {
      const legend = ["figure", "none", "figure review", "item", "metadata"];
      const names = [t("figure"), t("none stated 无"), t("to look at"), t("list item"), t("about the report")];
      for (const [kind, name] of [["words", t("words, date")], ["cell", t("cell of a row")]]) {
        if (report.places.some((place) => place.kind.startsWith(kind))) { legend.push(kind); names.push(name); }
      }
      if (report.places.some((place) => place.kind.includes("proposal"))) { legend.push("proposal"); names.push(t("proposed, not given")); }
      box.append(h("div", "legend", ...legend.map((kind, at) => h("mark", kind, names[at]))));
    }
    return box;
  }

  // ---- the answers
  function showAnswers() {
    const parts = [];
    if (report.status === "failed") {
      parts.push(h("p", "empty", t("No answers: the document failed.")));
    } else {
      parts.push(tally(), ...failingChecks());
      parts.push(section(t("About the report"), schema.metadata.map(metadataRow), "extra"));
      for (const group of schema.groups) parts.push(section(told(group.label), group.fields.map(figureRow), "figures"));
      for (const list of schema.lists) parts.push(section(list.label, (report.lists[list.id] || []).map((item, at) => itemRow(list, item, at)), "extra", list.id));
      parts.push(...ROWS.map(rowsSection));
      if (report.queue.length) parts.push(queueSection());
      parts.push(h("p", "empty", t("No field matches the filter.")));
    }
    $("answers").replaceChildren(...parts);
    if (review) review.dress();
    filter();
  }
  function section(label, rows, kind, list = "") {
    const title = h("h2", "", label, h("span", "num"));
    title.lang = "zh";
    const box = h("section", `group ${kind}`, title, ...rows);
    if (list) box.dataset.list = list;
    if (!rows.length) box.append(h("p", "empty", t("nothing listed")));
    return box;
  }
  function tally() {
    const answers = Object.values(report.figures);
    const number = (status) => answers.filter((answer) => answer.status === status).length;
    const say = (n, words) => h("span", "num", h("b", "", String(n)), ` ${words}`);
    const review = report.queue.length;
    const parts = [say(number("reported"), STATES.reported()), say(number("reported_none"), STATES.reported_none()), say(number("not_reported"), STATES.not_reported())];
    if (review) parts.push(h("span", "warn num", h("b", "warn", String(review)), ` ${t("to look at")}`));
    return h("div", "tally", ...parts);
  }
  function failingChecks() {
    if (!report.failing.length) return [];
    const rows = report.failing.map((check) => {
      const button = h("button", "", told(check.message));
      button.type = "button";
      button.addEventListener("click", () => select(check.fields[0], { place: true, row: true }));
      return button;
    });
    return [h("div", "checks", h("h2", "", tn("{failing} of {n} check did not hold", "{failing} of {n} checks did not hold", report.checks, { failing: report.failing.length })), ...rows)];
  }
  function row(key, className, ...children) {
    const element = h("button", `row ${className}`, ...children);
    element.type = "button";
    element.dataset.key = key;
    element.addEventListener("click", () => select(key, { place: true, next: true }));
    return element;
  }
  function figureRow(spec) {
    const answer = report.figures[spec.id];
    const label = h("span", "k", spec.label);
    label.lang = "zh";
    if (answer.reviewed) label.append(lookedAt(answer.reviewed));
    const element = answer.held
      ? row(spec.id, "stated held", label, valueOf(spec, answer.held), heldOf(spec, answer))
      : answer.status === "not_reported"
      ? row(spec.id, "silent", label, h("span", "v", STATES.not_reported()), h("span", "m", noteOf(spec)))
      : row(spec.id, answer.status === "reported_none" ? "none" : "stated", label, valueOf(spec, answer), detailsOf(spec, answer), sentenceOf(answer));
    element.dataset.state = answer.status;
    element.dataset.review = String(Boolean(answer.review));
    element.dataset.words = `${spec.label} ${spec.id} ${spec.unit} ${STATES[answer.status]()} ${answer.by || ""}`.toLowerCase();
    return element;
  }
  // What a person should look at: a field, and below it what every reader proposes, each with its place.
  function queueSection() {
    return h("section", "group queue", h("h2", "", t("to look at, most valuable first"), h("span", "num")), ...report.queue.map(queueEntry));
  }
  function queueEntry(entry) {
    const label = h("span", "k", labelOf(entry.field));
    label.lang = "zh";
    const wrong = h("span", "v num", `${Math.round(entry.wrong * 100)}%`, h("small", "", ` ${t("likely wrong")}`));
    wrong.title = entry.given ? t("how likely it is that the given answer is wrong") : t("how likely it is that silence is wrong");
    const details = h("span", "m", entry.given ? null : h("span", "badge", t("not given")), h("span", "", told(entry.reason)));
    const spec = specOf(entry.field);
    if (spec) details.append(noteOf(spec));
    const proposals = entry.proposals.map((proposal, at) => proposalRow(entry, proposal, at));
    const element = h("div", "entry", row(entry.field, "head", label, wrong, details), ...proposals);
    element.dataset.words = `${labelOf(entry.field)} ${entry.field} ${entry.reason} ${told(entry.reason)} ${entry.proposals.map((one) => one.by).join(" ")}`.toLowerCase();
    return element;
  }
  function proposalRow(entry, proposal, at) {
    const by = h("span", "k", readers(proposal.by), entry.given && at === 0 ? h("span", "given", t("given")) : null);
    if (proposal.items) {
      const items = proposal.items.map((item, number) => h("span", item.disputed ? "disputed" : "", `${number + 1}. ${item.text}`));
      const words = h("span", "m items", ...items);
      words.lang = "zh";
      return row(proposal.key, "proposal", by, h("span", "v num", tn("{n} entry", "{n} entries", items.length)), words);
    }
    if (proposal.words !== undefined) return row(proposal.key, "proposal", by, h("span", "v words", proposal.words));
    const spec = specOf(entry.field) || { unit: "" };
    const details = h("span", "m",
      proposal.text ? h("q", "", proposal.text) : null,
      proposal.page ? h("span", "num", t("page {n}", { n: proposal.page })) : null,
      proposal.confidence === null ? null : meter(proposal),
      proposal.astray ? h("span", "warn", t("the text at its place differs")) : null,
      proposal.places.length > 1 ? h("span", "", tn("{n} place", "{n} places", proposal.places.length)) : null);
    return row(proposal.key, "proposal", by, valueOf(spec, proposal), details, sentenceOf(proposal));
  }
  // A list of small records: a row of the table for each, a cell of it for each answer, with its own place.
  function rowsSection(list) {
    const rows = report.rows[list.id] || [];
    const heads = list.cells.map((cell) => {
      const head = h("th", "", cell.label, cell.unit ? h("small", "", ` ${cell.unit}`) : null);
      head.title = `${cell.id} · ${cell.note}`;
      return head;
    });
    const lines = rows.map((cells, at) => h("tr", "", h("th", "num", String(at + 1)), ...list.cells.map((cell) => h("td", "", cellOf(list, at, cell, cells[cell.id])))));
    const table = h("div", "table", h("table", "", h("thead", "", h("tr", "", h("th", ""), ...heads)), h("tbody", "", ...lines)));
    table.lang = "zh";
    table.dataset.words = `${list.label} ${list.id} ${table.textContent}`.toLowerCase();
    const box = section(list.label, rows.length ? [table, h("div", "detail")] : [], "extra", list.id);
    box.querySelector("h2 span").textContent = tn("{n} row", "{n} rows", rows.length);
    return box;
  }
  function cellOf(list, at, cell, answer) {
    if (!answer || answer.status === "not_reported") {
      const silent = h("span", "v silent", "–");
      silent.title = STATES.not_reported();
      return review ? row(`${list.id}/${at}/${cell.id}`, "cell silent", h("span", "k", `${at + 1}. ${cell.label}`), silent) : silent;
    }
    const label = h("span", "k", `${at + 1}. ${cell.label}`);
    if (answer.reviewed) label.append(lookedAt(answer.reviewed));
    return row(`${list.id}/${at}/${cell.id}`, answer.review ? "cell review" : "cell", label, valueOf(cell, answer), detailsOf(cell, answer), sentenceOf(answer));
  }
  // Who looked at an answer, and what became of it.
  const ACTS = {
    accept: () => t("found right"), correct: () => t("corrected"), none: () => t("said to be none"), absent: () => t("said not to be there"),
  };
  function lookedAt({ who, at, act, comment }) {
    const badge = h("span", `looked ${act}`, `${act === "accept" ? "✓" : "✎"} ${who}`);
    badge.title = [ACTS[act](), at.slice(0, 16).replace("T", " "), comment].filter(Boolean).join(" · ");
    return badge;
  }
  function sentenceOf(answer) {
    if (!answer.sentence) return null;
    const sentence = h("span", "m sentence", answer.sentence);
    sentence.lang = "zh";
    return sentence;
  }
  function noteOf(spec) {
    return h("span", "note-of", `${spec.id} · ${spec.note}${spec.options ? ` (${spec.options.join(" / ")})` : ""}`);
  }
  function valueOf(spec, answer) {
    if (answer.status === "reported_none") return h("span", "v", "无");
    if (spec.kind) return h("span", `v words ${spec.kind}`, answer.value === null ? "?" : answer.value);
    const bound = h("i", "", BOUNDS[answer.bound || "exact"][0]);
    bound.title = BOUNDS[answer.bound || "exact"][1]();
    return h("span", "v num", bound, bound.textContent ? " " : "", answer.value === null ? "?" : answer.value, h("small", answer.unit && answer.unit !== spec.unit ? "own" : "", answer.unit || spec.unit));
  }
  function detailsOf(spec, answer) {
    const failing = report.failing.some((check) => check.fields.includes(spec.id));
    const state = answer.status === "reported_none" ? t("none stated") : t("reported");
    const bound = BOUNDS[answer.bound || "exact"][1]();
    return h("span", "m",
      answer.review ? h("span", "badge", t("to look at")) : null,
      h("span", "", bound && answer.status === "reported" ? t("{state}, {bound}", { state, bound }) : state),
      answer.text && !(spec.kind === "quote" && answer.text === answer.value) ? h("q", "", answer.text) : null,
      answer.page ? h("span", "num", t("page {n}", { n: answer.page })) : null,
      answer.by ? h("span", "", readers(answer.by)) : null,
      answer.confidence === null ? null : meter(answer),
      failing ? h("span", "warn", t("a check fails")) : null,
      answer.astray ? h("span", "warn", t("the text at its place differs")) : null,
      answer.places.length > 1 ? h("span", "", tn("{n} place", "{n} places", answer.places.length)) : null,
      noteOf(spec));
  }
  function heldOf(spec, answer) {
    const held = answer.held;
    return h("span", "m",
      h("span", "badge", t("held back")),
      h("span", "", told(held.reason)),
      h("q", "", held.text),
      held.page ? h("span", "num", t("page {n}", { n: held.page })) : null,
      h("span", "", readers(held.by)),
      meter(held),
      held.astray ? h("span", "warn", t("the text at its place differs")) : null,
      sentenceOf(held),
      noteOf(spec));
  }
  function meter(answer) {
    const fill = h("i", "");
    fill.style.width = `${Math.round(answer.confidence * 100)}%`;
    const element = h("span", answer.confidence < schema.reviewBelow ? "meter low num" : "meter num", h("i", "", fill), `${Math.round(answer.confidence * 100)}%`);
    element.title = t("confidence");
    return element;
  }
  const readers = (by) => by.split("+").map((one) => told(one)).join("+");
  function metadataRow(spec) {
    const answer = report.metadata[spec.id] || { value: null };
    const stated = answer.value !== null;
    const badge = answer.reviewed ? lookedAt(answer.reviewed) : null;
    return row(spec.id, stated ? "text-row" : "text-row silent", h("span", "k", spec.label, badge), h("span", "v", stated ? told(answer.value) : t("not printed")));
  }
  function itemRow(list, item, at) {
    return row(`${list.id}/${at}`, "item-row", h("span", "v", `${at + 1}. ${item.text}`, item.reviewed ? lookedAt(item.reviewed) : null));
  }
  const fieldOf = (key) => key.split(/[/~]/)[0];
  const entryOf = (key) => report.queue.find((entry) => entry.field === key.split("~")[0] || entry.field === fieldOf(key));
  function specOf(key) {
    const [id, , cell] = key.split("~")[0].split("/");
    const list = ROWS.find((one) => one.id === id);
    return list && cell ? list.cells.find((one) => one.id === cell) : SPECS.get(id);
  }
  function labelOf(key) {
    const id = fieldOf(key);
    const spec = SPECS.get(id) || [...schema.metadata, ...schema.lists, ...ROWS].find((one) => one.id === id);
    const cell = ROWS.includes(spec) ? specOf(key) : null;
    if (cell) return `${spec.label} ${Number(key.split("/")[1]) + 1} · ${cell.label}`;
    return spec ? spec.label : key;
  }
  function rowOf(key) {
    const rows = [...$("answers").querySelectorAll(".row")].filter((element) => element.dataset.key === key);
    return rows.find((element) => !element.closest("[hidden]")) || rows[0];
  }

  // ---- filtering
  const inQueue = () => $("state").value === "review";
  function passes(element, words, state, stated) {
    if (element.matches(".entry")) return inQueue() && element.dataset.words.includes(words);
    if (element.matches(".table")) return !state && element.dataset.words.includes(words);
    if (!element.dataset.state) return !words && !state;
    if (stated && element.dataset.state === "not_reported") return false;
    if (state && element.dataset.state !== state) return false;
    return element.dataset.words.includes(words);
  }
  function filter() {
    const words = $("filter").value.trim().toLowerCase();
    const state = $("state").value;
    let shown = 0;
    for (const box of $("answers").querySelectorAll(".group")) {
      const rows = [...box.querySelectorAll(":scope > .row, :scope > .entry, :scope > .table")];
      for (const element of rows) element.hidden = !passes(element, words, state, $("stated").checked);
      const visible = rows.filter((element) => !element.hidden);
      const figures = rows.filter((element) => element.dataset.state);
      box.hidden = rows.length ? !visible.length : Boolean(words || state);
      if (figures.length) {
        const stated = figures.filter((element) => element.dataset.state !== "not_reported").length;
        box.querySelector("h2 span").textContent = t("{n} of {all}", { n: stated, all: figures.length });
      } else if (box.matches(".queue")) {
        box.querySelector("h2 span").textContent = t("{n} of {all}", { n: visible.length, all: rows.length });
      }
      shown += visible.length;
    }
    const nothing = $("answers").querySelector(":scope > .empty");
    if (nothing && report.status === "ok") nothing.hidden = shown > 0;
  }

  // ---- selecting: a field and its places
  function placesOf(key) {
    const entry = entryOf(key);
    const proposals = entry ? entry.proposals : [];
    const proposal = proposals.find((one) => one.key === key);
    if (proposal) return proposal.places;
    const own = report.places.flatMap((place, number) => (place.key === key || place.key.startsWith(`${key}/`) ? [number] : []));
    return own.length ? own : [...new Set(proposals.flatMap((one) => one.places))];
  }
  function select(key, { place = false, row: toRow = false, next = false, at = null } = {}) {
    const places = placesOf(key);
    if (at !== null) turn = places.indexOf(at);
    else turn = next && key === selected ? (turn + 1) % Math.max(places.length, 1) : 0;
    selected = key;
    for (const element of $("answers").querySelectorAll("[aria-current=true]")) element.removeAttribute("aria-current");
    for (const element of $("sheet").querySelectorAll("mark.on")) element.classList.remove("on");
    const element = rowOf(key);
    if (element) element.setAttribute("aria-current", "true");
    for (const number of places) for (const part of marks.get(number) || []) part.classList.add("on");
    if (toRow && element && !element.hidden) element.scrollIntoView({ block: "nearest", behavior });
    if (place && marks.has(places[turn])) showPlace(marks.get(places[turn]));
    peek(element);
    detail(element, !toRow);
    if (review) review.selected();
    remember();
  }
  // A cell of a table is too small to say where it comes from: that stands below the table.
  function detail(element, inView) {
    for (const box of $("answers").querySelectorAll(".detail")) box.replaceChildren();
    if (!element || !element.matches(".cell")) return;
    const copy = element.cloneNode(true);
    for (const name of ["data-key", "aria-current"]) copy.removeAttribute(name);
    copy.addEventListener("click", () => element.click());
    element.closest(".group").querySelector(".detail").replaceChildren(copy);
    if (inView) copy.scrollIntoView({ block: "nearest", behavior });
  }
  function showPlace(parts) {
    if (narrow.matches) setTab("text");
    parts[0].scrollIntoView({ block: "center", behavior });
    for (const part of parts) {
      part.classList.remove("flash");
      void part.offsetWidth; // restart the animation
      part.classList.add("flash");
    }
  }
  function clickMark(places) {
    if (review && review.clicked(places)) return;
    const keys = places.map((place) => report.places[place].key);
    const at = (keys.indexOf(selected) + 1) % keys.length; // a second click goes on to what lies beneath
    if (keys[at].includes("~") && !inQueue()) showQueue(); // what is only proposed has its row there
    select(keys[at], { row: true, at: places[at] });
  }
  function peek(element) {
    $("peek").hidden = !element;
    if (!element) return;
    const copy = element.cloneNode(true);
    copy.hidden = false;
    copy.addEventListener("click", () => {
      setTab("fields");
      if (!element.hidden) element.scrollIntoView({ block: "center" });
    });
    $("peek").replaceChildren(copy);
  }
  function showQueue() {
    $("state").value = "review";
    $("filter").value = "";
    filter();
  }
  function step(by) {
    const order = inQueue() ? report.queue.map((entry) => entry.field) : report.order;
    const keys = order.filter((key) => { const element = rowOf(key); return element && !element.closest("[hidden]"); });
    if (!keys.length) return;
    const at = keys.indexOf(inQueue() && selected ? (entryOf(selected) || { field: selected }).field : selected);
    const to = at < 0 ? (by > 0 ? 0 : keys.length - 1) : (at + by + keys.length) % keys.length;
    select(keys[to], { place: true, row: true });
  }

  // ---- opening, tabs, keys
  function setTab(name) {
    document.body.dataset.tab = name;
    for (const button of document.querySelectorAll(".tabs button")) button.setAttribute("aria-pressed", String(button.dataset.tab === name));
  }
  function remember() {
    const parts = [reports[current].id, selected].filter(Boolean).map(encodeURIComponent);
    history.replaceState(null, "", `#${parts.join("&")}`);
  }
  function openReport(number) {
    if (number === current || !reports[number]) return null;
    if (review) return review.open(number);
    showReport(number, JSON.parse($(`report-${number}`).textContent));
    return null;
  }
  function showReport(number, data) {
    current = number;
    selected = null;
    report = data;
    learn(report.zh);
    document.title = `${reports[number].title} · baogao`;
    markCurrent();
    $("reports").children[number].scrollIntoView({ block: "nearest" });
    showText();
    showAnswers();
    peek(null);
    $("fields").scrollTop = 0;
    if (review) review.shown();
    remember();
  }
  // The language was changed: everything is drawn again, and stays where it was.
  function redraw() {
    listReports();
    findReports();
    if (!report) { showNothing(); return; }
    markCurrent();
    const at = [$("sheet").scrollTop, $("fields").scrollTop];
    showText();
    showAnswers();
    [$("sheet").scrollTop, $("fields").scrollTop] = at;
    if (selected) select(selected);
    else peek(null);
  }
  function markCurrent() {
    [...$("reports").querySelectorAll("button")].forEach((button, at) => button.setAttribute("aria-current", String(at === current)));
  }
  function showNothing() {
    $("sheet").replaceChildren(h("p", "lost", h("strong", "", t("No reports")), t("There is nothing to show.")));
  }
  function onKey(event) {
    if (review && review.key(event)) { event.preventDefault(); return; }
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName) && event.target.type !== "checkbox";
    if (event.key === "Escape") { toggleRail(false); if (typing) event.target.blur(); return; }
    if (typing || event.ctrlKey || event.metaKey || event.altKey || !report) return;
    const actions = {
      j: () => step(1), k: () => step(-1), "]": () => openReport(current + 1), "[": () => openReport(current - 1),
      "/": () => { setTab("fields"); $("filter").focus(); },
    };
    if (!actions[event.key]) return;
    event.preventDefault();
    actions[event.key]();
  }
  function fromHash() {
    const [id, key] = location.hash.slice(1).split("&").map((part) => {
      try { return decodeURIComponent(part); } catch { return ""; }
    });
    const opened = openReport(Math.max(0, reports.findIndex((summary) => summary.id === id)));
    const then = () => { if (key && report && rowOf(key)) select(key, { place: true, row: true }); };
    if (opened) opened.then(then);
    else then();
  }
  // Of a page that is served: the same report as it is now, drawn again where it was.
  function updateReport(data) {
    const sameText = JSON.stringify([data.lines, data.places]) === JSON.stringify([report.lines, report.places]);
    const key = document.activeElement && document.activeElement.dataset.key;
    const at = [$("sheet").scrollTop, $("fields").scrollTop];
    const top = () => { const element = selected && rowOf(selected); return element ? element.getBoundingClientRect().top : 0; };
    const was = top();
    report = data;
    learn(report.zh);
    if (!sameText) showText();
    showAnswers();
    [$("sheet").scrollTop, $("fields").scrollTop] = at;
    if (selected) select(selected);
    if (was && top()) $("fields").scrollTop += top() - was;
    const focused = key && rowOf(key);
    if (focused) focused.focus({ preventScroll: true });
  }

  const review = typeof reviewing === "function" ? reviewing({
    $, h, index, behavior, narrow, inQueue, row, rowOf, labelOf, specOf, valueOf, placesOf, fieldOf, select, setTab, filter,
    reportItem, findReports, markCurrent, showReport, updateReport, openReport, showPlace,
    get report() { return report; }, get number() { return current; }, get key() { return selected; }, get marks() { return marks; },
    unselect() { selected = null; },
  }) : null; // a page that is served: what people do on it

  listReports();
  setTab("text");
  $("find").addEventListener("input", findReports);
  $("find").hidden = reports.length < 8;
  $("filter").addEventListener("input", filter);
  $("state").addEventListener("change", filter);
  $("stated").addEventListener("change", filter);
  $("rail-toggle").addEventListener("click", () => toggleRail(!$("rail").classList.contains("open")));
  for (const pane of [$("sheet"), $("fields")]) pane.addEventListener("click", () => toggleRail(false));
  for (const button of document.querySelectorAll(".tabs button")) button.addEventListener("click", () => setTab(button.dataset.tab));
  document.addEventListener("keydown", onKey);
  addEventListener("hashchange", fromHash);
  new ResizeObserver(([entry]) => {
    $("fields").style.setProperty("--filters", `${entry.target.offsetHeight}px`);
  }).observe(document.querySelector(".filters"));
  if (reports.length) fromHash();
  else showNothing();
  document.addEventListener("baogao:language", redraw);
})();
