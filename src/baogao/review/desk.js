// A pattern as people read it: digits as 0. One that says more than how many digits there are stays as it is.
const formOf = (pattern) => {
  const form = pattern.replace(/\\d\{(\d+)\}/g, (_, count) => "0".repeat(count)).replace(/\\d/g, "0");
  return /[\\^$.|?*+()[\]{}]/.test(form) ? pattern : form;
};
// The desk: what is selected, what is known of it, and what can be done, each deed with its button and its key.
const reviewDesk = (page, settings, keys, acts) => {
  const { $, h, index } = page;
  const { METADATA, ROWS, keyOf, specOf, isList, queued, labelOf } = keys;
  const {
    stops, silentKeys, goOn, allSilent, comment, saveGold, undo, takeProposal, settle, accept,
    point, absent, decisionOn, unsent, take, addPart, closeMode, takeTyped, saveComment,
  } = acts;

  const button = (words, key, act, className = "") => {
    const element = h("button", className, h("span", "", words), key ? h("kbd", "", key) : null);
    element.type = "button";
    element.addEventListener("click", act);
    return element;
  };
  function draw() {
    const root = $("desk");
    if (!page.report) { root.replaceChildren(); return; }
    const parts = acts.mode ? modeParts() : page.key && !page.key.startsWith("#") ? keyParts(page.key) : idleParts();
    const active = document.activeElement;
    const typing = active && root.contains(active) && active.id;
    root.replaceChildren(...parts.flat().filter(Boolean));
    if (typing && $(typing)) $(typing).focus();
  }
  function idleParts() {
    if (page.report.status !== "ok") return [h("p", "said", t("This document failed: there is nothing to answer.")), bar([commentButton(), nextReport()])];
    if (!page.report.lines) return [h("p", "said", t("The text was not kept: nothing can be tied to its characters.")), bar([commentButton(), nextReport()])];
    const left = stops().length;
    const silent = silentKeys().length;
    if (left) return [h("p", "said", tn("{n} field is to be looked at.", "{n} fields are to be looked at.", left)), bar([button(t("Begin"), "⏎", goOn, "first"), goldButton(), undoButton()])];
    if (silent) return [h("p", "said", tn("All that is stated was looked at. {n} field is silent.", "All that is stated was looked at. {n} fields are silent.", silent)), bar([button(t("All silent fields are right"), "s", allSilent, "first"), undoButton()])];
    return [h("p", "said done", t("Every field of this report was looked at.")), bar([nextReport("first"), goldButton(), undoButton()])];
  }
  const bar = (buttons) => h("div", "deeds", ...buttons.filter(Boolean));
  const nextReport = (className = "") => (index.reports.length > 1 ? button(t("Next report"), "⏎", goOn, className) : null);
  const commentButton = () => button(t("Comment"), "m", comment);
  const goldButton = () => (settings.blind || !page.report.review.looked ? null : button(t("Save as gold"), "g", saveGold));
  const undoButton = () => (page.report.review.decisions.some((one) => one.who === acts.who) ? button(t("Undo"), "u", undo) : null);
  function keyParts(shown) {
    const spec = specOf(shown) || { kind: "" };
    const key = keyOf(shown);
    const dispute = page.report.review.disputes[key];
    const entry = queued(shown);
    const list = isList(shown);
    const within = shown.includes("/") && !shown.includes("~");
    const rows = ROWS.has(page.fieldOf(shown));
    const head = h("div", "desk-head", zh(h("b", "", labelOf(shown))), ...badges(key), valueNow(shown, spec));
    const words = [];
    if (dispute) words.push(h("p", "said warn", t("People differ:")), options(dispute.map((one) => [sideOf(spec, one), () => settle(key, one)])));
    else if (entry && !list) words.push(options(entry.proposals.map((one, at) => [proposalWords(specOf(shown), one, entry.given && at === 0), () => takeProposal(`${entry.field}~${at}`, { ...one, at })])));
    else if (entry) words.push(options(entry.proposals.map((one, at) => [h("span", "", `${one.by}: `, tn("{n} entry", "{n} entries", (one.items || []).length)), () => takeProposal(`${entry.field}~${at}`, { ...one, at })])));
    for (const one of page.report.review.comments.filter((other) => other.key === key)) words.push(h("p", "comment", h("b", "", one.who), ` ${one.comment}`));
    const deeds = [button(list ? t("All right") : t("Right"), "⏎", () => accept(), "first")];
    if (list) deeds.push(button(rows ? t("Add a row") : t("Add an entry"), "+", () => point()));
    else deeds.push(button(t("Correct"), "c", () => point()));
    if (!list && !spec.kind && !METADATA.has(spec.id) && !(within && !rows)) deeds.push(button(t("None 无"), "n", () => point(true)));
    if (!list) deeds.push(button(within && !rows ? t("Remove") : t("Not there"), "x", () => absent()));
    if (within && rows) deeds.push(button(t("Remove the row"), "X", () => absent(true)));
    deeds.push(commentButton(), undoButton());
    return [head, ...words, bar(deeds)];
  }
  function valueNow(shown, spec) {
    const [name, at, cell] = shown.split("~")[0].split("/");
    const answer = cell ? (page.report.rows[name][at] || {})[cell] : page.report.figures[name];
    if (isList(shown) || METADATA.has(name) || (at !== undefined && !cell)) return null;
    return !answer || answer.status === "not_reported" ? h("span", "v doing", t("not reported 未提及")) : page.valueOf(spec, answer);
  }
  const zh = (element) => { element.lang = "zh"; return element; };
  function badges(key) {
    const one = decisionOn(key);
    if (!one) return unsent().has(key) ? [h("span", "looked", "…")] : [];
    return [h("span", `looked ${one.act}`, `${one.act === "accept" ? "✓" : "✎"} ${one.who}`)];
  }
  // Each option has a digit: pressing it picks the option.
  function options(all) {
    const element = h("div", "options", ...all.slice(0, 9).map(([words, act], at) => {
      const one = button("", String(at + 1), act, "option");
      one.prepend(words);
      return one;
    }));
    return element;
  }
  function shownOf(spec, shown) {
    if (!shown || shown.status === "not_reported" || (shown.value === null && shown.entries === undefined)) return h("span", "v", t("not there"));
    if (shown.entries !== undefined) return h("span", "v", tn("{n} entry", "{n} entries", shown.entries));
    return shown.status ? page.valueOf(spec, shown) : zh(h("span", "v", told(shown.value)));
  }
  function sideOf(spec, one) {
    const words = h("span", "side", h("b", "", one.who), shownOf(spec, one.shown));
    if (one.shown && one.shown.text) words.append(zh(h("q", "", one.shown.text)));
    if (one.comment) words.append(h("small", "", one.comment));
    return words;
  }
  function proposalWords(spec, one, given) {
    const value = one.words === undefined ? shownOf(spec, one) : zh(h("span", "v", one.words));
    return h("span", "side", value, h("small", "", told(one.by)), given ? h("small", "given", t("given")) : null);
  }
  function modeParts() {
    if (acts.mode.kind === "comment") return commentParts();
    const spec = specOf(acts.mode.shown);
    const head = h("div", "desk-head", zh(h("b", "", labelOf(acts.mode.shown))), h("span", "doing", acts.mode.none ? t("none 无") : acts.mode.adds && !acts.mode.replaces ? t("add") : t("correct")));
    if (acts.mode.kind === "type") return [head, ...typeParts(spec)];
    const parts = [head];
    if (acts.mode.error) parts.push(h("p", "said bad", acts.mode.error));
    else if (acts.mode.readings) parts.push(...readingParts(spec));
    else parts.push(h("p", "said", acts.mode.none
      ? t("Point at the words that say that there was none, or press Enter.")
      : t("Click a marked number, select text, go with ← →, or look for words:")));
    const input = h("input", "");
    input.id = "words";
    input.type = "search";
    input.placeholder = t("words as the report prints them");
    input.setAttribute("aria-label", t("Look for words in the text"));
    input.value = acts.mode.words || "";
    input.addEventListener("input", () => { acts.mode.words = input.value; acts.mode.found = -1; });
    const deeds = [];
    if (acts.mode.readings && acts.mode.readings.length === 1) deeds.push(button(t("Take it"), "⏎", () => take(0), "first"));
    if (acts.mode.none && !acts.mode.spans.length) deeds.push(button(t("None, without a place"), "⏎", () => take(), "first"));
    if (acts.mode.readings && settings.additive.includes(spec.id)) deeds.push(button(t("Add a part"), "+", addPart));
    deeds.push(button(t("Leave"), "Esc", closeMode));
    return [...parts, h("label", "find", input, h("kbd", "", "f")), bar(deeds)];
  }
  function readingParts(spec) {
    const several = acts.mode.readings.length > 1;
    const rows = acts.mode.readings.map((one, at) => {
      const shown = one.shown;
      const value = spec.kind === "choice" || !shown.status ? zh(h("span", "v", one.take || "")) : page.valueOf(spec, shown);
      return [h("span", "side", value, shown.text && shown.text !== one.take ? zh(h("q", "", shown.text)) : null), () => take(at)];
    });
    const sentence = acts.mode.readings[0].shown.sentence;
    return [
      several ? options(rows) : h("div", "reading", rows[0][0]),
      sentence ? zh(h("p", "sentence", sentence)) : null,
    ];
  }
  function typeParts(spec) {
    const pattern = settings.patterns[spec.id];
    const input = h("input", "");
    input.id = "typed";
    input.type = "text";
    input.setAttribute("aria-label", labelOf(acts.mode.shown));
    const now = page.report.metadata[acts.mode.shown];
    input.value = acts.mode.value ?? (now ? now.value || "" : "");
    const words = /^[\w]+(\|[\w]+)+$/.test(pattern) ? pattern.split("|") : null;
    return [
      acts.mode.error ? h("p", "said bad", acts.mode.error)
        : h("p", "said", words ? t("This is not printed but follows from the text.") : t("This is not printed but follows from the text; its form is {pattern}.", { pattern: formOf(pattern) })),
      ...(words ? [options(words.map((one) => [h("span", one === input.value ? "v" : "", told(one)), () => takeTyped(one)]))] : [h("label", "find", input)]),
      bar([words ? null : button(t("Take it"), "⏎", () => takeTyped(), "first"), button(t("Leave"), "Esc", closeMode)]),
    ];
  }
  function commentParts() {
    const area = h("textarea", "");
    area.id = "remark";
    area.rows = 2;
    area.maxLength = 10000;
    area.setAttribute("aria-label", t("Comment"));
    return [
      h("div", "desk-head", zh(h("b", "", acts.mode.shown ? labelOf(acts.mode.shown) : page.report.doc_id)), h("span", "doing", t("comment"))),
      area, bar([button(t("Save"), "⏎", saveComment, "first"), button(t("Leave"), "Esc", closeMode)]),
    ];
  }
  return { draw, badges };
};
