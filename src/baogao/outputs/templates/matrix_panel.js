// How an answer, a report, a place over the years is told in words and pictures, in the panel beside the table.
const Show = (() => {
  const $ = (id) => document.getElementById(id);
  const { table, FIELDS, BY_ID, SILENT, REPORTED, NONE, HELD, LOOK, FAILING, OUTLIER, REVIEWED } = Matrix;
  const { cellOf, figures, words, changeAt, outlierWords } = Matrix;
  const STATES = () => [t("not reported 未提及"), t("reported"), t("none stated 无"), t("held back")];
  const BOUNDS = () => ({ "≥": t("at least 多于"), "≤": t("at most 少于"), "≈": t("about 约"), "": "" });

  function h(tag, className, ...children) {
    const element = document.createElement(tag);
    if (className) element.className = className;
    element.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
    return element;
  }
  function zh(element) { element.lang = "zh"; return element; }
  function button(words, onclick, className = "") {
    const element = h("button", className, ...[words].flat());
    element.type = "button";
    element.addEventListener("click", onclick);
    return element;
  }
  function marksOf(cell) {
    const marks = [];
    if (cell.marks & FAILING) marks.push(h("b", "", "!"));
    if (cell.marks & OUTLIER) marks.push(h("b", "", "↕"));
    if (cell.marks & REVIEWED) marks.push(h("b", "person", "✓"));
    return marks.length ? h("span", "marks", ...marks) : null;
  }
  // A line from the first year to the last, the last one marked; its height says nothing of other fields.
  function line(series, wide = 40, high = 20) {
    const drawn = series.filter(({ cell }) => typeof cell.value === "number");
    const values = drawn.map(({ cell }) => cell.value);
    const [low, top] = [Math.min(...values), Math.max(...values)];
    const [first, last] = [Number(drawn[0]?.report.year), Number(drawn[drawn.length - 1]?.report.year)];
    const points = drawn.map(({ report, cell }) => [
      last > first ? ((Number(report.year) - first) / (last - first)) * (wide - 4) + 2 : wide / 2,
      top > low ? high - 2 - ((cell.value - low) / (top - low)) * (high - 4) : high / 2,
    ]);
    const svg = (tag, attributes) => {
      const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
      for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
      return element;
    };
    const picture = svg("svg", { viewBox: `0 0 ${wide} ${high}`, "aria-hidden": "true" });
    if (points.length > 1) picture.append(svg("path", { d: `M${points.map((point) => point.map((one) => one.toFixed(1)).join(" ")).join("L")}` }));
    if (points.length) picture.append(svg("circle", { cx: points[points.length - 1][0], cy: points[points.length - 1][1], r: 2 }));
    return picture;
  }


  // ---- what the panel shows: a heading, and what stands below it
  const view = (heading, ...parts) => ({ heading, parts: parts.filter(Boolean) });
  function detailOf(report) {
    const detail = JSON.parse($(`detail-${report.number}`).textContent);
    learn(detail.zh);
    return detail;
  }
  function addressOf(report, field) {
    return report.number < table.inPage ? `index.html#${[report.id, field && field.id].filter(Boolean).map(encodeURIComponent).join("&")}` : null;
  }
  function go(report, field) {
    const address = addressOf(report, field);
    if (!address) return h("p", "note-of", t("This report is not among those of index.html: baogao review writes it with all of them."));
    const link = h("a", "go", t("Open in the report"));
    link.href = address;
    return link;
  }
  const subtitle = (report) => zh(h("p", "of", [report.title, report.period].filter(Boolean).join(" · ")));
  function reportView(report) {
    const detail = detailOf(report);
    const count = (state) => report.cells.filter((cell) => cell.state === state).length;
    const facts = [report.place, report.period, told(report.level), report.id, detail.source].filter(Boolean).map((words) => h("span", "", words));
    return view(zh(h("span", "", report.title)), h("div", "facts", ...facts),
      report.failed
        ? h("p", "says", t("failed: {error}", { error: told(report.error) || t("no error was recorded") }))
        : h("p", "", t("{reported} reported, {none} none stated, {held} held back", { reported: count(REPORTED), none: count(NONE), held: count(HELD) })),
      ...detail.checks.map((check) => h("p", "says", told(check.message))), go(report));
  }
  function answerView(report, column) {
    const cell = cellOf(report, column.field);
    const detail = detailOf(report);
    const seen = detail.cells[column.field] || {};
    const found = table.outliers.filter((one) => one.id === report.id && one.column === column.field);
    const checks = detail.checks.filter((check) => check.columns.includes(column.field));
    const says = [
      seen.reason ? t("Held back: {reason}", { reason: told(seen.reason) }) : null,
      cell.marks & LOOK && !seen.reason ? t("To look at: not sure enough, or readers differ.") : null,
      seen.astray ? t("The text at its place differs.") : null,
      ...checks.map((check) => t("A check fails: {message}", { message: told(check.message) })),
      ...found.map(outlierWords),
    ].filter(Boolean);
    return view(zh(h("span", "", column.label)), subtitle(report), valueOf(cell, column, seen),
      seen.sentence === undefined ? null : quoteOf(detail.sentences[seen.sentence], seen.text),
      seen.entries ? zh(h("ol", "", ...seen.entries.map((one) => h("li", "", one)), cell.value > seen.entries.length ? h("p", "of", t("and {count} more", { count: cell.value - seen.entries.length })) : null)) : null,
      facts(cell, seen), ...says.map((one) => h("p", "says", one)), seen.reviewed ? reviewedOf(seen.reviewed) : null,
      go(report, column), column.note ? zh(h("p", "note-of", `${column.id} · ${column.note}`)) : null);
  }
  function valueOf(cell, column, seen) {
    if (cell.state === SILENT) return h("p", "value quiet", STATES()[SILENT]);
    if (cell.state === NONE) return zh(h("p", "value", "无"));
    return zh(h("p", cell.state === HELD ? "value quiet num" : "value num", cell.bound ? h("i", "", `${cell.bound} `) : null, words(cell), h("small", "", seen.unit || column.unit)));
  }
  function quoteOf(sentence, text) {
    const pieces = [];
    let rest = sentence;
    for (const part of (text || "").split("、").filter(Boolean)) {
      const at = rest.indexOf(part);
      if (at < 0) continue;
      pieces.push(rest.slice(0, at), h("mark", "", part));
      rest = rest.slice(at + part.length);
    }
    return zh(h("blockquote", "", ...pieces, rest));
  }
  function facts(cell, seen) {
    const state = cell.bound && cell.state === REPORTED ? `${STATES()[cell.state]}, ${BOUNDS()[cell.bound]}` : STATES()[cell.state];
    const meter = cell.confidence === null ? null : h("span", cell.confidence < table.reviewBelow * 100 ? "meter low num" : "meter num", h("i", "", h("i")), `${cell.confidence}%`);
    if (meter) { meter.title = t("confidence"); meter.querySelector("i i").style.width = `${cell.confidence}%`; }
    return h("div", "facts", cell.state === SILENT ? null : h("span", "", state), seen.page ? h("span", "num", t("page {page}", { page: seen.page })) : null, seen.by ? h("span", "", t("by {by}", { by: seen.by.split("+").map((one) => told(one)).join("+") })) : null, meter);
  }
  function reviewedOf(reviewed) {
    const acts = { accept: t("accepted"), correct: t("corrected"), none: t("none stated"), absent: t("not there") };
    const by = t("{who}: {act}, {day}", { who: reviewed.who, act: acts[reviewed.act] || reviewed.act, day: reviewed.at.slice(0, 10) });
    return h("p", "says person", by, reviewed.comment ? h("br") : null, reviewed.comment || null);
  }
  function placeView(place, column) {
    if (column.field === undefined) {
      const reports = place.reports.map((report) => h("li", "", linkTo(report, null, report.title)));
      return view(zh(h("span", "", place.title)), h("p", "of", place.span()), zh(h("ul", "", ...reports)));
    }
    const series = figures(place, column.field);
    const lines = place.reports.map((report) => {
      const cell = cellOf(report, column.field);
      const at = series.findIndex((one) => one.report === report);
      const value = at < 0 ? h("td", "", STATES()[cell.state]) : h("td", "num", linkTo(report, column, `${cell.bound}${words(cell)}`));
      const head = h("th", "", report.period);
      head.scope = "row";
      return h("tr", "", head, value, h("td", "num", changeAt(column, series, at)));
    });
    const picture = series.length > 2 ? h("div", "series wide", line(series, 320, 60)) : null;
    return view(zh(h("span", "", column.label)), zh(h("p", "of", [place.title, column.unit].filter(Boolean).join(" · "))), picture, h("table", "", h("tbody", "", ...lines)),
      column.note ? zh(h("p", "note-of", `${column.id} · ${column.note}`)) : null);
  }
  function linkTo(report, field, words) {
    const address = addressOf(report, field);
    if (!address) return words;
    const link = h("a", "", words);
    link.href = address;
    return link;
  }
  function outliersView(jump) {
    const items = table.outliers.map((one) => {
      const [report, field] = [BY_ID.get(one.id), FIELDS[one.column]];
      const label = zh(h("span", "k", field.label));
      const where = zh(h("span", "s", [report.place || report.title, report.period].filter(Boolean).join(" · ")));
      return h("li", "", button([label, h("span", "", outlierWords(one)), where], () => jump(report, one.column)));
    });
    const method = t("10 times or a tenth of last year's figure of the same place or of the median of its level (and farther than its peers vary); rates by 25 points. An outlier is a figure to look at, not an error.");
    return view(t("Outliers"), h("p", "of", method), h("ol", "found", ...items));
  }
  return { STATES, BOUNDS, h, zh, button, marksOf, line, answerView, reportView, placeView, outliersView };
})();
