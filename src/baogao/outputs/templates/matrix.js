"use strict";
// Report text is other people's: it reaches the page only as text nodes, never as markup.
(() => {
  const $ = (id) => document.getElementById(id);
  const { table, FIELDS, REPORTS, PLACES, BY_ID, SILENT, NONE, HELD, LOOK, FAILING, OUTLIER, REVIEWED } = Matrix;
  const { cellOf, figures, stated, number, words, changeAt, orderOf, sorted, totalOf } = Matrix;
  const { STATES, BOUNDS, h, zh, button, marksOf, line } = Show;
  const narrow = matchMedia("(max-width: 760px)");
  const ROW = 44; // the height of a row in pixels, as in the style sheet
  const SPARE = 6; // rows above and below the window that are there already
  const ASIDE = 500; // pixels on both sides of it in which cells are
  const shown = { view: "reports", words: "", fields: "", group: "", state: "", level: "", year: "", only: 0, totals: !narrow.matches };
  let columns = []; // what is shown of a row, the first column too
  let rows = []; // reports, or places with their reports over the years
  let sort = null; // { id, down }
  let active = { row: 0, column: 0 }; // row -1 is the head
  let panelOf = null; // what the panel shows: "cell", "outliers", or null

  // ---- which rows and columns
  const years = () => shown.view === "years";
  function chooseColumns() {
    const first = { id: "@title", label: years() ? t("Place") : t("Report"), order: (row) => row.title };
    const about = [["@place", t("Place"), "place", 112], ["@period", t("Period"), "period", narrow.matches ? 76 : 104], ["@level", t("Level"), "level", 108]];
    const metas = about
      .filter(([id, , key]) => REPORTS.some((report) => report[key]) && !(years() && id !== "@level") && !(narrow.matches && id !== "@period"))
      .map(([id, label, key, width]) => ({ id, label, width, meta: key, order: (row) => (key === "period" ? row.order || "" : row[key]) }));
    const wanted = shown.fields.trim().toLowerCase();
    const fields = FIELDS
      .map((field, at) => ({ ...field, field: at, width: widthOf(field), order: (row) => orderOf(cellOf(row, at)) }))
      .filter((field) => !shown.group || field.group === shown.group)
      .filter((field) => !wanted || `${field.label} ${field.id} ${field.unit}`.toLowerCase().includes(wanted))
      .filter((field) => !years() || field.kind === "figure");
    columns = [first, ...metas, ...fields];
  }
  function widthOf(field) {
    if (years()) return 148;
    if (field.kind === "items" || field.kind === "rows") return 88;
    return field.kind === "figure" || field.kind === "choice" ? 104 : field.kind === "date" ? 112 : 176;
  }
  function meets(cell) {
    if (shown.state && cell.state !== Number(shown.state)) return false;
    return !shown.only || Boolean(cell.marks & shown.only);
  }
  const choosy = () => Boolean(shown.state || shown.only);
  function chooseRows() {
    const wanted = shown.words.trim().toLowerCase();
    const fields = columns.filter((column) => column.field !== undefined);
    rows = (years() ? PLACES : REPORTS).filter((row) => {
      if (wanted && !row.haystack.includes(wanted)) return false;
      if (shown.level && row.level !== shown.level) return false;
      if (shown.year && !years() && row.year !== shown.year) return false;
      if (shown.state === "failed") return Boolean(row.failed);
      if (!choosy()) return true;
      return !row.failed && fields.some((column) => meets(cellOf(row, column.field)));
    });
    const column = sort && columns.find((one) => one.id === sort.id);
    if (column) rows = sorted(rows, column.order, sort.down);
    if (choosy() && shown.state !== "failed") columns = columns.filter((one) => one.field === undefined || rows.some((row) => meets(cellOf(row, one.field))));
  }
  // ---- the bar
  function input(name, id, label) {
    const element = h("input");
    Object.assign(element, { id, type: "search", placeholder: label, value: shown[name] });
    element.setAttribute("aria-label", label);
    element.addEventListener("input", () => { shown[name] = element.value; update(); });
    return element;
  }
  function select(name, label, options) {
    const element = h("select", "", ...options.map(([value, text]) => { const one = h("option", "", text); one.value = value; return one; }));
    Object.assign(element, { id: name, value: shown[name] });
    element.setAttribute("aria-label", label);
    element.addEventListener("change", () => { shown[name] = element.value; update(); });
    return element;
  }
  function toggle(id, label, pressed, onclick) {
    const element = button(label, () => onclick(element));
    element.id = id;
    element.setAttribute("aria-pressed", String(pressed));
    return element;
  }
  function onlyWith(id, mark, label) {
    const count = REPORTS.reduce((sum, report) => sum + report.cells.filter((cell) => cell.marks & mark).length, 0);
    if (!count) return null;
    const element = toggle(id, [h("b", "num", number(count)), ` ${label}`], shown.only === mark, () => {
      shown.only = shown.only === mark ? 0 : mark;
      for (const other of document.querySelectorAll(".bar [data-mark]")) other.setAttribute("aria-pressed", String(Number(other.dataset.mark) === shown.only));
      if (mark === OUTLIER && shown.only) showOutliers();
      else if (panelOf === "outliers") closePanel();
      update();
    });
    element.dataset.mark = mark;
    return element;
  }
  function bar() {
    const distinct = (key) => [...new Set(REPORTS.map((report) => report[key]).filter(Boolean))].sort();
    const [levels, periods] = [distinct("level"), distinct("year").reverse()];
    const own = (values) => values.map((value) => [value, told(value)]);
    const states = [["", t("every state")], ["1", STATES()[1]], ["2", STATES()[2]], ["0", STATES()[0]], ["3", STATES()[3]], ["failed", t("failed reports")]];
    const groups = table.groups.map((group) => [group.label, told(group.label)]);
    const more = h("div", "more", input("fields", "find-fields", t("Find fields")),
      zh(select("group", t("Group of fields"), [["", t("every group")], ...groups])),
      select("state", t("State"), states),
      levels.length > 1 ? select("level", t("Level"), [["", t("every level")], ...own(levels)]) : null,
      periods.length > 1 ? select("year", t("Year"), [["", t("every year")], ...own(periods)]) : null,
      onlyWith("only-look", LOOK, t("to look at")),
      onlyWith("only-failing", FAILING, t("in failing checks")),
      onlyWith("only-outliers", OUTLIER, t("outliers")),
      onlyWith("only-reviewed", REVIEWED, t("seen by a person")),
      toggle("totals", t("Totals"), shown.totals, (one) => { shown.totals = !shown.totals; one.setAttribute("aria-pressed", String(shown.totals)); update(); }));
    const views = h("span", "views",
      toggle("view-reports", t("Reports"), !years(), () => setView("reports")),
      toggle("view-years", t("Over the years"), years(), () => setView("years")));
    views.setAttribute("role", "group");
    views.setAttribute("aria-label", t("View"));
    const filters = toggle("filters", t("Filters"), false, (element) => {
      element.setAttribute("aria-pressed", String(element.closest(".bar").classList.toggle("open")));
    });
    filters.classList.add("filters-toggle");
    const count = h("span", "told num");
    count.id = "told";
    count.setAttribute("role", "status");
    const element = h("div", "bar", PLACES.length ? views : null, input("words", "find", t("Find reports")), filters, more, h("span", "gap"), count);
    element.setAttribute("role", "search");
    element.setAttribute("aria-label", t("What is shown"));
    return element;
  }
  function setView(view) {
    shown.view = view;
    for (const one of ["reports", "years"]) $(`view-${one}`).setAttribute("aria-pressed", String(one === view));
    sort = null;
    active = { row: 0, column: 0 };
    closePanel();
    update();
    scroller.scrollTo(0, 0);
  }

  // ---- the grid
  const grid = h("table", "grid");
  grid.id = "grid";
  grid.tabIndex = 0;
  grid.setAttribute("role", "grid");
  const [cols, head, body, foot] = [h("colgroup"), h("thead"), h("tbody"), h("tfoot")];
  grid.append(cols, head, body, foot);
  const nothing = h("p", "nothing");
  const scroller = h("div", "scroller", grid, nothing);
  const panel = h("aside", "panel");
  panel.id = "panel";
  panel.hidden = true;
  const built = new Map(); // number of a row -> its element
  let lefts = []; // where each column begins, in pixels; and last where the last one ends
  let drawn = [1, 1]; // the columns that rows are built with, the first column apart

  function update() {
    chooseColumns();
    chooseRows();
    active.row = Math.min(active.row, rows.length - 1);
    active.column = Math.min(active.column, columns.length - 1);
    grid.setAttribute("aria-rowcount", String(rows.length + 2));
    grid.setAttribute("aria-colcount", String(columns.length));
    const first = narrow.matches ? 152 : 288;
    const widths = columns.map((column) => column.width || first);
    grid.style.setProperty("--first", `${first}px`);
    lefts = [0];
    for (const width of widths) lefts.push(lefts[lefts.length - 1] + width);
    grid.style.width = `${lefts[lefts.length - 1]}px`;
    cols.replaceChildren(...widths.map((width) => {
      const element = h("col");
      element.style.width = `${width}px`;
      return element;
    }));
    head.replaceChildren(groupRow(), fieldRow());
    foot.replaceChildren(...(shown.totals && !years() ? totals() : []));
    nothing.hidden = rows.length > 0;
    nothing.textContent = REPORTS.length ? t("No report matches the filter.") : t("There is nothing to show.");
    for (const id of ["totals", "year"]) if ($(id)) $(id).hidden = years(); // they say nothing of places over the years
    const all = years() ? PLACES.length : REPORTS.length;
    $("told").textContent = years() ? t("{shown} of {all} places", { shown: rows.length, all }) : t("{shown} of {all} reports", { shown: rows.length, all });
    built.clear();
    body.replaceChildren();
    showRows();
  }
  function groupRow() {
    const cells = [h("td", "first group")];
    for (let at = 1; at < columns.length;) {
      let end = at;
      while (end < columns.length && columns[end].group === columns[at].group) end += 1;
      const label = columns[at].group;
      const cell = zh(h(label ? "th" : "td", `group${label ? " begins" : ""}`, label ? h("span", "", told(label)) : null));
      if (label) cell.scope = "colgroup";
      cell.colSpan = end - at;
      cells.push(cell);
      at = end;
    }
    const row = h("tr", "", ...cells);
    row.setAttribute("aria-rowindex", "1");
    return row;
  }
  function fieldRow() {
    const row = h("tr", "", ...columns.map((column, at) => {
      const cell = h("th", `field${at ? "" : " first"}${begins(at)}`, h("span", "label", column.label), column.unit ? h("small", "", column.unit) : null);
      if (column.group) zh(cell);
      cell.scope = "col";
      cell.id = `cell--1-${at}`;
      cell.title = column.note ? `${column.label} · ${column.id}\n${column.note}` : column.label;
      cell.setAttribute("aria-colindex", String(at + 1));
      cell.setAttribute("aria-sort", sort && sort.id === column.id ? (sort.down ? "descending" : "ascending") : "none");
      if (column.field !== undefined && !years() && rows.length) {
        const told = rows.filter((one) => stated(cellOf(one, column.field))).length;
        cell.style.setProperty("--stated", `${(100 * told) / rows.length}%`);
      }
      cell.addEventListener("click", () => { moveTo(-1, at); sortBy(column); });
      return cell;
    }));
    row.setAttribute("aria-rowindex", "2");
    return row;
  }
  const begins = (at) => (at && columns[at].group !== undefined && columns[at].group !== columns[at - 1].group ? " begins" : "");
  function sortBy(column) {
    const downFirst = column.kind === "figure" || column.kind === "items" || column.kind === "rows" || column.meta === "period";
    if (!sort || sort.id !== column.id) sort = { id: column.id, down: downFirst };
    else if (sort.down === downFirst) sort = { id: column.id, down: !downFirst };
    else sort = null;
    update();
  }
  function showRows() {
    const from = Math.max(0, Math.floor(scroller.scrollTop / ROW) - SPARE);
    const to = Math.min(rows.length, Math.ceil((scroller.scrollTop + scroller.clientHeight) / ROW) + SPARE);
    chooseDrawn();
    for (const at of built.keys()) if (at < from || at >= to) built.delete(at);
    const elements = [];
    for (let at = from; at < to; at += 1) {
      if (!built.has(at)) built.set(at, showRow(rows[at], at));
      elements.push(built.get(at));
    }
    const present = body.children;
    if (present.length !== elements.length + 2 || elements.some((one, at) => one !== present[at + 1])) {
      body.replaceChildren(spacer(from * ROW), ...elements, spacer((rows.length - to) * ROW));
    }
    showActive();
  }
  // Of wide tables only the columns in view are built; they are built anew when the view leaves them.
  function chooseDrawn() {
    const [left, right] = [scroller.scrollLeft, scroller.scrollLeft + scroller.clientWidth];
    const last = columns.length - 1;
    const seen = (at) => lefts[at + 1] > left + lefts[1] && lefts[at] < right;
    const inside = columns.every((_, at) => !at || !seen(at) || (at >= drawn[0] && at < drawn[1]));
    if (inside && built.size) return;
    let [from, to] = [1, last + 1];
    while (from < last && lefts[from + 1] < left + lefts[1] - ASIDE) from += 1;
    while (to > from + 1 && lefts[to - 1] > right + ASIDE) to -= 1;
    drawn = [from, to];
    built.clear();
  }
  function spacer(height) {
    const cell = h("td");
    cell.colSpan = columns.length;
    const row = h("tr", "spacer", cell);
    row.setAttribute("aria-hidden", "true");
    row.style.height = cell.style.height = `${height}px`;
    return row;
  }
  function showRow(row, at) {
    const title = h("th", "first", zh(h("span", "t", row.title)), h("span", "s", row.span ? row.span() : row.id));
    title.scope = "row";
    title.title = row.title;
    const [from, to] = drawn;
    const cells = row.failed ? [failedCell(row)] : columns.slice(from, to).map((column, rest) => showCell(row, column, from + rest));
    const beside = (count) => { const cell = h("td"); cell.colSpan = count; return cell; };
    const element = h("tr", "", title, from > 1 && !row.failed ? beside(from - 1) : null, ...cells, to < columns.length && !row.failed ? beside(columns.length - to) : null);
    element.setAttribute("aria-rowindex", String(at + 3));
    const place = (cell, column) => {
      cell.id = `cell-${at}-${column}`;
      cell.setAttribute("aria-colindex", String(column + 1));
      cell.addEventListener("click", () => { moveTo(at, column); showCellPanel(); });
    };
    place(title, 0);
    cells.forEach((cell, rest) => place(cell, row.failed ? 1 : from + rest));
    return element;
  }
  function failedCell(row) {
    const cell = h("td", "error", t("failed: {error}", { error: told(row.error) || t("no error was recorded") }));
    cell.colSpan = columns.length - 1;
    cell.title = row.error || "";
    return cell;
  }
  function showCell(row, column, at) {
    if (column.meta) return zh(h("td", "meta", told(row[column.meta])));
    if (years()) return zh(showSeries(row, column, at));
    const cell = cellOf(row, column.field);
    const kind = column.kind === "figure" ? "figure" : column.kind === "items" || column.kind === "rows" ? "figure entries" : "words";
    const names = [kind, `s${cell.state}`];
    if (cell.marks & LOOK) names.push("look");
    if (choosy() && !meets(cell)) names.push("dim");
    const element = zh(h("td", names.join(" ") + begins(at), marksOf(cell), cell.state !== SILENT && cell.bound ? h("i", "", cell.bound) : null,
      cell.state === SILENT ? (cell.marks & REVIEWED ? "–" : "") : words(cell)));
    if (cell.confidence !== null) element.style.setProperty("--sure", String(Math.max(0.3, (cell.confidence - 40) / 60)));
    return element;
  }
  function showSeries(place, column, at) {
    const series = figures(place, column.field);
    const last = series[series.length - 1];
    if (!last) return h("td", `figure s0${begins(at)}`);
    const difference = changeAt(column, series, series.length - 1);
    const now = h("span", "now", last.cell.bound ? h("i", "", last.cell.bound) : null, words(last.cell));
    const late = last.report !== place.reports[place.reports.length - 1] ? ` (${last.report.year})` : "";
    const latest = h("span", "", now, h("small", "num", `${difference}${late}`));
    const cell = h("td", `figure s${last.cell.state}${begins(at)}`, marksOf(last.cell), h("div", "series", series.length > 1 ? line(series) : null, latest));
    cell.style.setProperty("--sure", "0.35");
    return cell;
  }
  // ---- totals
  function totals() {
    const counted = columns.map((column) => (column.field === undefined ? null : totalOf(column, rows)));
    const named = [
      ["stated", t("reports that state it")], ["sum", t("sum of exact counts")], ["median", t("median")], ["least", t("smallest")], ["most", t("largest")],
    ];
    return named.map(([key, label]) => h("tr", "", ...columns.map((column, at) => {
      if (!at) { const cell = h("th", "first", label); cell.scope = "row"; return cell; }
      const total = counted[at];
      const cell = h("td", `total${begins(at)}`, total && total[key] !== null ? number(total[key]) + (key === "sum" && total.left ? " *" : "") : "");
      if (total && key === "sum" && total.sum !== null && total.left) cell.title = t("{count} figures are bounds or ranges, and not in the sum", { count: total.left });
      return cell;
    })));
  }
  // ---- where one is
  function showActive() {
    for (const one of grid.querySelectorAll(".active")) one.classList.remove("active");
    const cell = $(`cell-${active.row}-${active.column}`) || $(`cell-${active.row}-1`);
    grid.removeAttribute("aria-activedescendant");
    if (!cell || !grid.contains(cell)) return;
    cell.classList.add("active");
    cell.setAttribute("aria-label", spoken(cell));
    grid.setAttribute("aria-activedescendant", cell.id);
  }
  // What a cell says aloud: on the screen its colour and its marks say it.
  function spoken(element) {
    const [row, column] = [rows[active.row], columns[active.column]];
    if (active.row < 0) return [column.label, column.unit || "", column.group || ""].filter(Boolean).join(", ");
    if (!row || row.failed || column.field === undefined || years()) return element.textContent;
    const cell = cellOf(row, column.field);
    const said = [column.label, cell.state === SILENT ? "" : [BOUNDS()[cell.bound], words(cell), column.unit].filter(Boolean).join(" "), STATES()[cell.state]];
    if (cell.confidence !== null) said.push(t("confidence {percent}%", { percent: cell.confidence }));
    if (cell.marks & LOOK) said.push(t("to look at"));
    if (cell.marks & FAILING) said.push(t("a check fails"));
    if (cell.marks & OUTLIER) said.push(t("outlier"));
    if (cell.marks & REVIEWED) said.push(t("seen by a person"));
    return said.filter(Boolean).join(", ");
  }
  function moveTo(row, column) {
    active = { row: Math.max(-1, Math.min(row, rows.length - 1)), column: Math.max(0, Math.min(column, columns.length - 1)) };
    bringIntoView();
    showRows();
    if (panelOf === "cell") showCellPanel();
  }
  function bringIntoView() {
    const [top, bottom] = [active.row * ROW, (active.row + 1) * ROW];
    const high = scroller.clientHeight - head.offsetHeight - foot.offsetHeight;
    if (active.row >= 0 && top < scroller.scrollTop) scroller.scrollTop = top;
    else if (active.row >= 0 && bottom > scroller.scrollTop + high) scroller.scrollTop = bottom - high;
    if (!active.column || (rows[active.row] && rows[active.row].failed)) return;
    const first = lefts[1];
    const [left, right] = [lefts[active.column] - first, lefts[active.column + 1] - first];
    const wide = scroller.clientWidth - first;
    if (left < scroller.scrollLeft) scroller.scrollLeft = left;
    else if (right > scroller.scrollLeft + wide) scroller.scrollLeft = right - wide;
  }
  function onKey(event) {
    if (event.key === "Escape") { closePanel(); if (event.target.matches("input")) event.target.blur(); return; }
    const typing = event.target.matches("input, select");
    if (typing || event.altKey) return;
    if (event.key === "/" && !event.ctrlKey && !event.metaKey) { event.preventDefault(); $("find").focus(); return; }
    if (event.target !== grid) return;
    const page = Math.max(1, Math.floor((scroller.clientHeight - head.offsetHeight - foot.offsetHeight) / ROW) - 1);
    const far = event.ctrlKey || event.metaKey;
    const moves = {
      ArrowDown: [active.row + 1, active.column], ArrowUp: [active.row - 1, active.column],
      ArrowRight: [active.row, active.column + 1], ArrowLeft: [active.row, active.column - 1],
      PageDown: [active.row + page, active.column], PageUp: [Math.max(0, active.row - page), active.column],
      Home: [far ? 0 : active.row, 0], End: [far ? rows.length - 1 : active.row, columns.length - 1],
    };
    if (moves[event.key]) { event.preventDefault(); moveTo(...moves[event.key]); return; }
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    if (active.row < 0) sortBy(columns[active.column]);
    else if (panelOf === "cell" && event.key === "Enter") { const go = panel.querySelector(".go"); if (go) go.click(); }
    else showCellPanel();
  }

  // ---- the panel
  function openPanel(what, { heading, parts }) {
    const close = button("×", closePanel);
    close.setAttribute("aria-label", t("Close"));
    panelOf = what;
    panel.replaceChildren(h("h2", "", h("span", "", heading), close), ...parts);
    panel.hidden = false;
    panel.scrollTop = 0;
    if (what === "cell") { bringIntoView(); showRows(); } // the panel takes room
  }
  function closePanel() {
    panelOf = null;
    const inside = panel.contains(document.activeElement);
    panel.hidden = true;
    if (inside) grid.focus({ preventScroll: true });
  }
  function showCellPanel() {
    const [row, column] = [rows[active.row], columns[active.column]];
    if (!row) return;
    if (years()) openPanel("cell", Show.placeView(row, column));
    else if (row.failed || column.field === undefined) openPanel("cell", Show.reportView(row));
    else openPanel("cell", Show.answerView(row, column));
  }
  const showOutliers = () => openPanel("outliers", Show.outliersView(jump));
  function jump(report, field) {
    if (years()) setView("reports");
    let [row, column] = [rows.indexOf(report), columns.findIndex((one) => one.field === field)];
    if (row < 0 || (field !== undefined && column < 0)) { clearFilters(); [row, column] = [rows.indexOf(report), columns.findIndex((one) => one.field === field)]; }
    const keep = panelOf === "outliers" && !narrow.matches;
    moveTo(row, Math.max(0, column));
    if (!keep) showCellPanel();
    grid.focus({ preventScroll: true });
  }
  function clearFilters() {
    Object.assign(shown, { words: "", fields: "", group: "", state: "", level: "", year: "", only: 0 });
    for (const one of document.querySelectorAll(".bar input, .bar select")) one.value = "";
    for (const one of document.querySelectorAll(".bar [data-mark]")) one.setAttribute("aria-pressed", "false");
    update();
  }
  function legend() {
    const swatch = (name, words) => h("span", "", h("i", name), words);
    const mark = (sign, words, name = "") => h("span", "", h("b", name, sign), words);
    const signs = h("p", "legend", swatch("sure", t("reported, sure")), swatch("less", t("less sure")), swatch("look", t("to look at")), swatch("none", STATES()[NONE]),
      swatch("held", STATES()[HELD]), swatch("", STATES()[SILENT]), mark("!", t("a check fails")), mark("↕", t("outlier")), mark("✓", t("seen by a person"), "person"));
    signs.tabIndex = 0; // on a phone it is moved sideways, by keys too
    return signs;
  }
  function fromHash() {
    const [id, key] = location.hash.slice(1).split("&").map((part) => {
      try { return decodeURIComponent(part); } catch { return ""; }
    });
    const report = BY_ID.get(id);
    const field = FIELDS.findIndex((one) => one.id === key);
    if (report) jump(report, field < 0 ? undefined : field);
  }

  function draw() {
    const key = (name) => h("kbd", "", name);
    document.querySelector(".keys").replaceChildren(...["↑", "↓", "←", "→"].map(key), ` ${t("cells")} `, key("Enter"), ` ${t("open")} `, key("/"), ` ${t("filter")}`);
    grid.setAttribute("aria-label", t("Reports and fields"));
    panel.setAttribute("aria-label", t("What the cell says"));
    $("main").replaceChildren(bar(), scroller, legend(), panel);
    update();
    if (panelOf === "cell") showCellPanel();
    else if (panelOf === "outliers") showOutliers();
  }

  draw();
  let waiting = false;
  scroller.addEventListener("scroll", () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => { waiting = false; showRows(); });
  }, { passive: true });
  new ResizeObserver(showRows).observe(scroller);
  narrow.addEventListener("change", update);
  document.addEventListener("keydown", onKey);
  document.addEventListener("baogao:language", draw);
  addEventListener("hashchange", fromHash);
  if (location.hash) fromHash();
})();
