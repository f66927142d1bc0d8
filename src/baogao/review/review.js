// What people do on the page that is served: look at one answer after the other, say what they think of it, and go on.
// Nothing is typed that the report prints: the server reads a figure from the characters that are pointed at.
const reviewing = (page) => {
  const { $, h, index } = page;
  const { review: settings, schema, reports } = index;
  const places = textPlaces($("sheet"));
  const NAME = "baogao-who";
  const stored = () => { try { return localStorage.getItem(NAME) || ""; } catch { return ""; } };
  let who = settings.name || stored();
  let mode = null; // what is going on beside looking: {kind, key, …}
  let seen = settings.saved; // how many decisions the server had when it was asked last
  let wanted = -1; // number of the report that is being fetched
  let redoable = []; // steps that were taken back, the last one last
  const mine = new Map(); // what this window said, by id, to say it again

  const keys = reviewKeys(page, schema);
  const { LISTS, METADATA, ROWS, ANY, keyOf, shownKey, specOf, isList, proposalOf, queued, labelOf } = keys;
  const frame = reviewFrame(page, settings, () => askName());
  const { say } = frame;

  // ---- how far people are
  let notShown = []; // what the server has, and the report that is shown has not yet
  const unsent = () => new Set([...notShown, ...box.asked()].filter((one) => one.doc_id === page.report.doc_id && !["comment", "undo"].includes(one.act)).map((one) => one.key));
  const decisionOn = (key) => page.report.review.decisions.findLast((one) => one.key === key);
  const lookedAt = (shown) => {
    const key = keyOf(shown);
    if (unsent().has(key)) return true;
    const one = decisionOn(key);
    const left = isList(shown) && !ROWS.has(shown) && (page.report.lists[shown] || []).some((item, at) => !item.reviewed && !unsent().has(keyOf(`${shown}/${at}`)));
    return Boolean(one && one.same_text) && !left && !page.report.review.disputes[key];
  };
  function statedKeys() {
    const of = page.report;
    const metadata = schema.metadata.filter((spec) => of.metadata[spec.id] && of.metadata[spec.id].value !== null).map((spec) => spec.id);
    const lists = [...LISTS.keys()].filter((name) => ((ROWS.has(name) ? of.rows[name] : of.lists[name]) || []).length);
    return [...metadata, ...of.order.filter((key) => !key.includes("~") && !key.startsWith("#")), ...lists];
  }
  function silentKeys() {
    const stated = new Set(statedKeys());
    return [...ANY.keys()].filter((name) => !stated.has(name) && !lookedAt(name));
  }
  // What is to be looked at, in the order in which to go: what people differ on, the jury's queue, all that is stated.
  function stops() {
    const of = page.report;
    if (of.status !== "ok" || !of.lines) return [];
    const first = [...Object.keys(of.review.disputes).map(shownKey), ...of.queue.map((entry) => entry.field)];
    return [...new Set([...first, ...statedKeys()])].filter((key) => !lookedAt(key));
  }
  function progress(summary) {
    if (!summary.fields) return [];
    const bar = h("i", "");
    bar.style.width = `${Math.round((100 * summary.looked) / summary.fields)}%`;
    const parts = [h("span", "bar", bar), h("span", summary.looked === summary.fields ? "num done" : "num", t("{n} of {all} fields looked at", { n: summary.looked, all: summary.fields }))];
    if (summary.disputes) parts.push(h("span", "warn num", tn("{n} dispute", "{n} disputes", summary.disputes)));
    return parts;
  }
  function overall() {
    const readable = reports.filter((one) => one.fields);
    const sum = (name) => readable.reduce((total, one) => total + one[name], 0);
    const done = readable.filter((one) => one.looked === one.fields).length;
    $("overall").textContent = t("{done} of {reports} reports done, {n} of {all} fields looked at", { done, reports: readable.length, n: sum("looked"), all: sum("fields") });
    const of = reports[page.number];
    $("here").textContent = of && of.fields ? t("{n} of {all} fields looked at", { n: of.looked, all: of.fields }) : "";
  }
  function summaries(news) {
    for (const summary of news) {
      const at = reports.findIndex((one) => one.id === summary.id);
      if (at < 0) continue;
      reports[at] = summary;
      $("reports").children[at].replaceWith(page.reportItem(summary, at));
    }
    page.findReports();
    page.markCurrent();
    overall();
  }

  // ---- saving
  const box = outbox(settings.run, {
    onSaved(step, view, left) {
      for (const one of step.asked) mine.set(one.id, one); // those of an earlier window, too
      summaries([view.summary]);
      notShown.push(...step.asked);
      if (page.report && view.doc_id === page.report.doc_id && !left) update(view);
    },
    onRefused(step, answer, status) {
      const label = step.asked.length === 1 && page.report ? labelOf(shownKey(step.asked[0].key)) : "";
      const other = answer.standing ? t("{who} answered {label} meanwhile. Look at it again.", { who: answer.standing.who, label: label || step.asked[0].key }) : refusal(answer);
      say(status === 409 ? other : t("Not saved: {reason}", { reason: other }), "bad");
      refetch();
    },
    onState({ waiting, away, reason }) {
      const banner = $("away");
      banner.hidden = !away;
      if (away) {
        banner.textContent = reason
          ? t("Not saved: {reason}. {n} answers are kept in this browser and sent again.", { reason: refusal(reason), n: waiting })
          : away === "token"
          ? t("The server was started anew. Open the address that it printed; {n} answers are kept in this browser and sent from there.", { n: waiting })
          : t("The server does not answer. {n} answers are kept in this browser and sent as soon as it is back.", { n: waiting });
      }
      $("saved").textContent = away ? t("not saved") : waiting ? t("saving …") : t("saved");
      $("saved").className = away ? "saved bad" : "saved";
    },
  });
  let lastSeen = new Map(); // of answers that are on their way
  function asked(key, act, more = {}) {
    const of = page.report;
    const id = box.newId();
    const last = lastSeen.get(`${of.doc_id}\n${key}`) || of.review.last[key] || null;
    if (act !== "comment") lastSeen.set(`${of.doc_id}\n${key}`, id);
    const one = { id, doc_id: of.doc_id, text_sha256: of.review.sha, record_sha256: of.review.record, key, act, seen: last, ...more };
    if (of.review.disputes[key] && !["comment", "undo"].includes(act)) one.settles = true;
    mine.set(id, one);
    return one;
  }
  function save(steps, { redo = false } = {}) {
    if (!steps.length) return;
    if (!who) { askName(() => save(steps, { redo })); return; }
    if (!redo) redoable = [];
    box.put(who, steps);
    for (const one of steps) dressOne(shownKey(one.key));
  }
  function update(view) {
    notShown = [];
    lastSeen = new Map();
    for (const one of box.asked()) if (one.act !== "comment") lastSeen.set(`${one.doc_id}\n${one.key}`, one.id);
    page.updateReport(view);
    desk();
    overall();
  }
  // Why the server refused something, in the language of the page.
  function refusal(answer) {
    learn(answer.zh);
    return told(answer.error || "");
  }
  async function fetched(path) {
    const answer = await fetch(path);
    if (answer.status === 403) { box.lost("token"); throw new Error("token"); }
    const data = await answer.json();
    if (!answer.ok) throw new Error(refusal(data));
    return data;
  }
  const reportPath = (doc) => `report?${new URLSearchParams({ doc, who })}`;
  async function refetch() {
    const doc = page.report && page.report.doc_id;
    if (!doc) return;
    try {
      const view = await fetched(reportPath(doc));
      if (page.report.doc_id === doc) update(view);
      summaries([view.summary]);
    } catch { /* the next look at what is new asks again */ }
  }
  async function open(number) {
    wanted = number;
    closeMode();
    let view;
    try {
      view = await fetched(reportPath(reports[number].id));
    } catch (error) {
      if (wanted === number) say(t("This report cannot be shown: {reason}", { reason: error.message }), "bad");
      return;
    }
    if (wanted !== number) return; // another one was asked for meanwhile
    reports[number] = view.summary;
    redoable = [];
    notShown = [];
    page.showReport(number, view);
  }
  async function lookForNews() {
    if (document.hidden && !box.asked().length) return;
    try {
      const news = await fetched(`changes?${new URLSearchParams({ since: seen, who })}`);
      box.reached();
      box.retry();
      seen = news.saved;
      const others = news.decisions.filter((one) => !mine.has(one.id));
      if (news.reports.length && others.length) summaries(news.reports);
      const here = others.filter((one) => page.report && one.doc_id === page.report.doc_id);
      if (here.length) {
        const people = [...new Set(here.map((one) => one.who))].join("、");
        say(tn("{people} gave {n} answer here", "{people} gave {n} answers here", here.length, { people }));
        refetch();
      }
    } catch (error) {
      if (error instanceof TypeError) box.lost("away"); // nobody answers
    }
  }

  // ---- going on
  function advance(from) {
    const left = stops().filter((key) => key !== from);
    const list = page.fieldOf(from);
    if (list !== from && left.includes(list)) return go(list); // of a list that is not done the next is the list
    if (left.length) {
      const order = [...new Set([...page.report.queue.map((entry) => entry.field), ...statedKeys()])];
      const at = order.indexOf(from);
      const ahead = left.find((key) => order.indexOf(key) > at && !queued(key)) || left[0];
      go(left.find((key) => queued(key) || page.report.review.disputes[keyOf(key)]) || ahead);
    } else {
      page.unselect();
      for (const element of document.querySelectorAll("#answers [aria-current=true]")) element.removeAttribute("aria-current");
      desk();
    }
  }
  function go(shown) {
    closeMode();
    reveal(shown);
    page.select(shown, { place: true, row: true });
    const element = page.rowOf(shown);
    if (!element) return;
    element.focus({ preventScroll: true });
    element.scrollIntoView({ block: "nearest", behavior: page.behavior }); // the desk has taken its room by now
  }
  function reveal(shown) {
    const element = page.rowOf(shown);
    if (!element || !element.closest("[hidden]")) return;
    if (!shown.includes("~")) $("state").value = "";
    $("filter").value = "";
    if (element.classList.contains("silent")) $("stated").checked = false;
    page.filter();
  }
  function step(by) {
    const rows = [...document.querySelectorAll("#answers .row[data-key]")].filter((one) => !one.closest("[hidden]") && !one.closest(".detail"));
    const at = rows.indexOf(page.rowOf(page.key || ""));
    const to = rows[at < 0 ? (by > 0 ? 0 : rows.length - 1) : (at + by + rows.length) % rows.length];
    if (to) go(to.dataset.key);
  }

  // ---- what can be said
  function accept(whole = false) {
    const shown = page.key;
    if (!shown) return goOn();
    const proposal = proposalOf(shown);
    if (proposal) return takeProposal(shown, proposal);
    const [name, at, cell] = shown.split("/");
    if (whole && cell && ROWS.has(name)) {
      const cells = ANY.get(name).cells.map((one) => `${name}/${at}/${one.id}`).filter((key) => page.report.rows[name][at][key.split("/")[2]] && !lookedAt(key));
      save(cells.map((key) => asked(keyOf(key), "accept")));
    } else if (isList(shown) && ROWS.has(shown)) {
      const cells = (page.report.rows[shown] || []).flatMap((row, number) => Object.keys(row).map((one) => `${shown}/${number}/${one}`));
      save([...cells.filter((key) => !lookedAt(key)), shown].map((key) => asked(keyOf(key), "accept")));
    } else {
      save([asked(keyOf(shown), "accept")]);
    }
    return advance(shown);
  }
  function takeProposal(shown, proposal) {
    const field = shown.split("~")[0];
    const spans = proposal.places.map((place) => page.report.spans[place]);
    if (queued(field).given && proposal.at === 0) {
      save([asked(keyOf(field), "accept")]);
      return advance(field);
    }
    if (proposal.items) {
      const keys = spans.map(([start, end]) => `${field}@${start}-${end}`);
      const now = page.report.review.entries[field] || [];
      const gone = now.filter((key) => !keys.includes(key)).map((key) => asked(key, "absent"));
      const added = keys.map((key, at) => [key, spans[at]]).filter(([key]) => !now.includes(key)).map(([key, span]) => asked(key, "correct", { evidence: [span] }));
      save([...gone, ...added]);
      return go(field);
    }
    if (proposal.words !== undefined) save([asked(field, "correct", spans.length ? { evidence: spans } : { value: proposal.words })]);
    else if (proposal.status === "reported_none") save([asked(field, "none", { evidence: spans })]);
    else save([asked(keyOf(field), "correct", { evidence: spans, ...(specOf(field).kind === "choice" ? { value: proposal.value } : {}) })]);
    return advance(field);
  }
  function absent(wholeRow = false) {
    const shown = page.key;
    if (!shown || isList(shown)) return;
    const key = keyOf(shown);
    save([asked(wholeRow && ROWS.has(page.fieldOf(shown)) ? key.split("/").slice(0, 2).join("/") : key, "absent")]);
    advance(shown.split("~")[0]);
  }
  function undo() {
    const own = page.report.review.decisions.filter((one) => one.who === who);
    if (!own.length || unsent().size) return;
    const step = own.filter((one) => one.at === own.at(-1).at);
    redoable.push(step.map((one) => mine.get(one.id)).filter(Boolean));
    save(step.toReversed().map((one) => asked(one.key, "undo", { undoes: one.id })), { redo: true });
    say(tn("{n} answer taken back", "{n} answers taken back", step.length));
    if (step.length === 1) go(shownKey(step[0].key));
  }
  function redo() {
    const steps = redoable.pop();
    if (!steps || !steps.length) return;
    save(steps.map(({ key, act, evidence, value, comment }) => asked(key, act, { ...(evidence && { evidence }), ...(value !== undefined && { value }), ...(comment && { comment }) })), { redo: true });
  }
  function allSilent() {
    if (stops().length) { say(t("Look at what is stated first.")); return; }
    const silent = silentKeys();
    if (!silent.length) return;
    save(silent.map((key) => asked(key, "accept")));
    say(tn("{n} silent field found right", "{n} silent fields found right", silent.length));
    desk();
  }
  async function saveGold() {
    if (settings.blind || !page.report) return;
    if (unsent().size) { say(t("What was said last is being saved: try again in a moment.")); return; }
    try {
      const answer = await fetch("gold", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ doc_id: page.report.doc_id }) });
      const saved = await answer.json();
      if (!answer.ok) { say(t("Not saved: {reason}", { reason: refusal(saved) }), "bad"); return; }
      learn(saved.zh);
      const out = Object.entries(saved.left_out).map(([name, why]) => `${labelOf(name)}: ${told(why)}`).join("; ");
      const words = t("{n} of {all} fields are gold: {path}", { n: saved.looked, all: saved.of, path: saved.path });
      if (out) say(t("{saved}. Left out: {out}", { saved: words, out }), "bad");
      else say(words);
    } catch {
      say(t("The server does not answer: nothing was saved as gold."), "bad");
    }
  }
  // Where nothing is selected: the next that is to be looked at, or the next report that is not done.
  function goOn() {
    const left = stops();
    if (left.length) return go(left[0]);
    if (silentKeys().length) return say(t("Say of the silent fields first that they are right: s"));
    const next = [...reports.keys()].map((at) => (page.number + 1 + at) % reports.length).find((at) => reports[at].looked < reports[at].fields);
    return next === undefined || next === page.number ? say(t("Every report is done.")) : open(next);
  }

  // ---- pointing: a mark, a selection, words that are looked for
  function point(none = false) {
    const shown = page.key;
    if (!shown) return;
    const spec = specOf(shown);
    const [name, at] = shown.split("/");
    const target = isList(shown) && ROWS.has(shown) ? newRow(shown) : keyOf(shown);
    mode = { kind: "point", key: target, shown, none, spans: [], readings: null, at: 0, error: "" };
    if (!isList(shown) && LISTS.has(name) && !ROWS.has(name)) mode.replaces = keyOf(shown);
    mode.adds = isList(shown) || Boolean(mode.replaces);
    if (settings.patterns[spec.id] && METADATA.has(spec.id)) mode.kind = "type";
    const answer = page.report.figures[shown];
    const now = spec.kind === "choice" && answer && answer.places.length ? answer.places.map((place) => page.report.spans[place]) : null;
    if (at === undefined && now) read(now);
    if (page.narrow && page.narrow.matches) page.setTab("text");
    document.body.classList.add("pointing");
    document.body.classList.toggle("adding", mode.adds && !ROWS.has(name));
    desk();
    const input = $("desk").querySelector("input");
    if (mode.kind === "type" && input) input.focus();
  }
  function newRow(list) {
    const used = page.report.review.rows[list] || [];
    return `${list}/+${box.newId().slice(0, 6)}${used.length}/${ANY.get(list).cells[0].id}`;
  }
  function closeMode() {
    if (!mode) return;
    mode = null;
    places.light([]);
    document.body.classList.remove("pointing", "adding");
    desk();
  }
  // What stands at some characters, as an answer to the field.
  async function read(spans) {
    const asking = mode;
    if (!asking || asking.kind === "type") return;
    asking.spans = spans;
    asking.readings = null;
    asking.error = "";
    places.light(spans);
    const target = asking.adds ? page.fieldOf(asking.shown) : asking.key;
    const key = asking.adds && ROWS.has(target) ? asking.key : target;
    try {
      const answer = await fetch("there", {
        method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ doc_id: page.report.doc_id, key, spans, none: asking.none }),
      });
      const data = await answer.json();
      if (mode !== asking || asking.spans !== spans) return;
      if (answer.ok) asking.readings = data.readings;
      else asking.error = refusal(data);
      asking.at = 0;
    } catch {
      asking.error = t("The server does not answer: nothing can be read just now.");
    }
    if (mode === asking) desk();
  }
  function take(at = mode.at) {
    const { readings, key, none, replaces, adds, shown } = mode;
    if (none && !mode.spans.length) {
      save([asked(key, "none")]);
    } else {
      const one = readings && readings[at];
      if (!one) return undefined;
      const list = page.fieldOf(shown);
      const target = adds && !ROWS.has(list) ? `${list}@${Math.min(...one.evidence.map(([start]) => start))}-${Math.max(...one.evidence.map(([, end]) => end))}` : key;
      const said = asked(target, none ? "none" : "correct", { evidence: one.evidence, ...(none ? {} : { value: one.take }) });
      save(replaces && replaces !== target ? [asked(replaces, "absent"), said] : [said]);
    }
    closeMode();
    if (adds) return page.select(page.fieldOf(shown));
    return advance(shown.split("~")[0]);
  }
  function takeTyped(picked = "") {
    const { shown, key } = mode;
    const value = picked || $("typed").value.trim();
    if (!new RegExp(`^(?:${settings.patterns[specOf(shown).id]})$`).test(value)) {
      mode.error = t("“{value}” does not have the form {pattern}", { value, pattern: formOf(settings.patterns[specOf(shown).id]) });
      mode.value = value;
      return desk();
    }
    save([asked(key, "correct", { value })]);
    closeMode();
    return advance(shown);
  }
  // What may be clicked: entries for a list, numbers and phrases for anything else.
  function usable(at) {
    const { key } = page.report.places[at];
    const entries = mode ? mode.adds && !ROWS.has(page.fieldOf(mode.shown)) : page.key && LISTS.has(page.fieldOf(page.key)) && !ROWS.has(page.fieldOf(page.key));
    return key.startsWith("#") && (key === "#item") === Boolean(entries) && (!mode || !mode.none || key === "#none");
  }
  const candidates = () => [...page.report.places.keys()].filter(usable);
  function spanAt(numbers) {
    const marked = numbers.filter(usable);
    const by = (at) => page.report.spans[at][1] - page.report.spans[at][0];
    return page.report.spans[(marked.length ? marked : numbers).toSorted((one, other) => by(one) - by(other))[0]];
  }
  function aim(by) {
    const all = candidates().toSorted((one, other) => page.report.spans[one][0] - page.report.spans[other][0]);
    if (!all.length) return;
    const own = page.placesOf(mode.shown).map((at) => page.report.spans[at][0]);
    const from = mode.spans.length ? mode.spans.at(-1)[0] : own.length ? own[0] : 0;
    const before = all.filter((at) => page.report.spans[at][0] < from);
    const behind = all.filter((at) => page.report.spans[at][0] > from);
    const to = by > 0 ? (behind[0] ?? all[0]) : (before.at(-1) ?? all.at(-1));
    aimAt(page.report.spans[to]);
  }
  function aimAt(span) {
    places.show(span, page.behavior);
    read(mode.parts ? [...mode.parts, span] : [span]);
  }
  function stretch(by) {
    const last = mode.spans.at(-1);
    if (!last || last[1] + by <= last[0]) return;
    read([...mode.spans.slice(0, -1), [last[0], last[1] + by]]);
  }
  function addPart() {
    const last = mode.spans;
    mode.parts = last;
    say(t("Point at the next part of the sum."));
  }
  function clicked(numbers) {
    if (!getSelection().isCollapsed) return true; // the end of a selection, which is heard of its own
    const answers = numbers.filter((at) => !page.report.places[at].key.startsWith("#"));
    if (!mode && answers.length) return false;
    const shown = page.key;
    if (!mode && (!shown || page.report.status !== "ok" || !numbers.some(usable))) return true;
    if (!mode) point();
    if (mode.kind === "type") return false;
    const span = spanAt(numbers);
    read(mode.parts ? [...mode.parts, span] : [span]);
    return true;
  }
  let waitingForSelection = 0;
  function onSelection() {
    clearTimeout(waitingForSelection);
    waitingForSelection = setTimeout(() => {
      const selection = getSelection();
      if (!page.report || !page.key || selection.isCollapsed || !selection.rangeCount || !$("sheet").contains(selection.anchorNode)) return;
      const span = places.spanOf(selection.getRangeAt(0));
      if (!span) return;
      if (!mode) point();
      read(mode.parts ? [...mode.parts, span] : [span]);
    }, 200);
  }

  // ---- settling, comments
  // Of two answers one is right: it is said again, by whoever settles it.
  function settle(key, one) {
    const more = one.evidence.length ? { evidence: one.evidence } : {};
    if (one.shown && one.shown.status === undefined && one.shown.value && !one.evidence.length) more.value = one.shown.value;
    else if (one.shown && specOf(shownKey(key)) && specOf(shownKey(key)).kind === "choice") more.value = one.shown.value;
    const silent = !one.shown || one.shown.status === "not_reported" || one.shown.value === null;
    const status = one.shown && one.shown.status;
    const standing = decisionOn(key);
    if (standing && standing.id === one.id) save([asked(key, "accept")]);
    else if (status === "reported_none") save([asked(key, "none", more)]);
    else if (one.shown && one.shown.entries !== undefined) save([asked(key, "accept")]);
    else if (silent) save([asked(key, "absent")]);
    else save([asked(key, "correct", more)]);
    advance(shownKey(key));
  }
  function comment() {
    mode = { kind: "comment", key: page.key ? keyOf(page.key) : "", shown: page.key || "" };
    desk();
    $("remark").focus();
  }
  function saveComment() {
    const words = $("remark").value.trim();
    const { key } = mode;
    closeMode();
    if (words) save([asked(key, "comment", { comment: words })]);
  }
  function findWords() {
    const all = places.find(mode.words || "");
    if (!all.length) { mode.error = t("These words do not stand in the text."); desk(); return; }
    mode.found = ((mode.found ?? -1) + 1) % all.length;
    $("words").blur();
    aimAt(all[mode.found]);
  }

  // ---- marks on the rows
  function dress() {
    const of = page.report;
    for (const section of document.querySelectorAll("#answers .group[data-list]")) {
      const list = section.dataset.list;
      const rows = ROWS.has(list);
      const n = ((rows ? of.rows[list] : of.lists[list]) || []).length;
      const whole = page.row(list, "whole", h("span", "k", n ? (rows ? t("all of this table") : t("all of this list")) : t("nothing listed"), ...badges(list)), h("span", "v num", String(n)));
      section.querySelector("h2").after(whole);
      for (const empty of section.querySelectorAll(":scope > .empty")) empty.remove();
    }
    for (const element of document.querySelectorAll("#answers .row[data-key]")) dressRow(element);
  }
  const dressOne = (shown) => { for (const element of document.querySelectorAll("#answers .row[data-key]")) if (element.dataset.key === shown) dressRow(element); };
  function dressRow(element) {
    const shown = element.dataset.key;
    if (shown.includes("~") || element.matches(".head")) return;
    const key = keyOf(shown);
    element.classList.toggle("seen", lookedAt(shown));
    const label = element.querySelector(".k") || element.querySelector(".v");
    for (const old of label.querySelectorAll(".differ, .remarks")) old.remove();
    if (page.report.review.disputes[key]) label.append(h("span", "differ", t("people differ")));
    const comments = page.report.review.comments.filter((one) => one.key === key).length;
    if (comments) label.append(h("span", "remarks", tn("{n} comment", "{n} comments", comments)));
  }

  // ---- keys
  function onKey(event) {
    if (document.querySelector("dialog[open]")) return event.key !== "Escape" && event.key !== "Enter" && event.key !== "Tab" && !/^(INPUT|BUTTON)$/.test(event.target.tagName);
    if (!page.report || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return false;
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName) && event.target.type !== "checkbox";
    if (event.key === "Escape" && mode) { closeMode(); return true; }
    if (typing) return typedKey(event);
    const inControl = event.target.tagName === "BUTTON" && !event.target.matches(".row");
    if (inControl && (event.key === "Enter" || event.key === " ")) return false;
    const act = (mode ? pointKeys(event) : lookKeys(event))[event.key] || digits(event);
    if (!act) return false;
    act();
    return true;
  }
  function typedKey(event) {
    if (event.key !== "Enter" || event.shiftKey) return false;
    if (event.target.id === "remark") saveComment();
    else if (event.target.id === "typed") takeTyped();
    else if (event.target.id === "words") {
      findWords();
    } else return false;
    return true;
  }
  const digits = (event) => {
    const one = /^[1-9]$/.test(event.key) && $("desk").querySelectorAll(".option")[Number(event.key) - 1];
    return one ? () => one.click() : null;
  };
  function pointKeys(event) {
    if (mode.kind !== "point") return {};
    const by = event.shiftKey ? stretch : aim;
    const single = mode.readings && mode.readings.length === 1;
    return {
      ArrowRight: () => by(1), ArrowLeft: () => by(-1), ArrowDown: () => aim(1), ArrowUp: () => aim(-1), "+": addPart,
      f: () => $("words").focus(), "/": () => $("words").focus(), "?": frame.help,
      Enter: () => { if (single || (mode.none && !mode.spans.length)) take(mode.readings ? 0 : undefined); }, // never the row that has the focus
    };
  }
  function lookKeys(event) {
    const list = page.key && isList(page.fieldOf(page.key));
    return {
      Enter: () => (page.key ? accept(event.shiftKey) : goOn()), a: () => accept(), c: () => point(), n: () => noneKey(), x: () => absent(), X: () => absent(true),
      m: comment, g: saveGold, u: undo, U: redo, s: allSilent, "?": frame.help, j: () => step(1), k: () => step(-1), q: () => { const [first] = stops(); if (first) go(first); },
      ...(list ? { "+": () => { page.select(page.fieldOf(page.key)); point(); } } : {}),
    };
  }
  function noneKey() {
    const spec = page.key && specOf(page.key);
    if (spec && !spec.kind && !METADATA.has(spec.id) && !LISTS.has(spec.id)) point(true);
  }

  // ---- who looks
  function askName(then) {
    frame.ask(who, (name) => {
      const other = name !== who;
      who = name;
      try { localStorage.setItem(NAME, who); } catch { /* asked again next time */ }
      if (other && settings.blind) { relist(); refetch(); }
      frame.words(who);
      desk();
      if (who && then) then();
    });
  }
  const relist = () => fetched(`reports?${new URLSearchParams({ who })}`).then((all) => summaries(all.reports)).catch(() => {});

  const { draw: desk, badges } = reviewDesk(page, settings, keys, {
    get mode() { return mode; }, get who() { return who; },
    stops, silentKeys, goOn, allSilent, comment, saveGold, undo, takeProposal, settle, accept, point, absent, decisionOn, unsent, take, addPart, closeMode, takeTyped, saveComment,
  });
  frame.words(who);
  document.addEventListener("selectionchange", onSelection);
  document.addEventListener("baogao:language", () => { frame.words(who); box.tell(); overall(); desk(); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) lookForNews(); });
  setInterval(lookForNews, 3000);
  queueMicrotask(() => {
    box.gather();
    box.retry();
    overall();
    if (!who) askName();
    else if (settings.blind) relist();
  });
  window.baogaoReview = { spanOf: places.spanOf, rangeOf: places.rangeOf, find: places.find };
  return {
    progress, dress, clicked, open, key: onKey,
    selected: () => { if (mode && mode.shown !== page.key) closeMode(); else desk(); },
    shown() {
      overall();
      desk();
      const [first] = stops();
      if (first) go(first);
    },
  };
};
