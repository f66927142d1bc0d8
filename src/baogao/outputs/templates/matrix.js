"use strict";
// Report text is other people's: it reaches the page only as text nodes, never as markup.
const t = (text, values = {}) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]); // replaced by language.js
(() => {
  const $ = (id) => document.getElementById(id);
  const table = JSON.parse($("table").textContent);
  const [SILENT, REPORTED, NONE, HELD] = [0, 1, 2, 3];
  const [LOOK, FAILING, OUTLIER, REVIEWED] = [1, 2, 4, 8];
  const STATES = [t("not reported 未提及"), t("reported"), t("none stated 无"), t("held back")];
  const BOUNDS = { "≥": t("at least 多于"), "≤": t("at most 少于"), "≈": t("about 约") };
  const SILENCE = { state: SILENT, value: null, confidence: null, marks: 0, bound: "", printed: "" };
  const narrow = matchMedia("(max-width: 760px)");
  const ROW = 44; // the height of a row in pixels, as in the style sheet
  const SPARE = 8; // rows above and below the window that are there already
  const FIELDS = table.groups.flatMap((group) => group.columns.map((column) => ({ ...column, group: group.label })));
  const REPORTS = table.reports.map(readReport);
  const BY_ID = new Map(REPORTS.map((report) => [report.id, report]));
  const PLACES = placesOverYears();
  const shown = { view: "reports", words: "", fields: "", group: "", state: "", level: "", year: "", only: 0, totals: !narrow.matches };
  let columns = []; // what is shown of a row, the first column too
  let rows = []; // reports, or places with their reports over the years
  let sort = null; // { id, down }
  let active = { row: 0, column: 0 }; // row -1 is the head
  let panelOf = null; // what the panel shows: "cell", "outliers", or null

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

  // ---- the data
  function readReport(told, number) {
    const cells = new Array(FIELDS.length);
    for (const [column, state, value, confidence, marks, bound = "", printed = ""] of told.cells || []) {
      cells[column] = { state, value, confidence, marks, bound, printed };
    }
    const { title = told.id, place = "", level = "", period = "", year = "" } = told;
    const haystack = [told.id, title, place, level, period, told.error || ""].join("\n").toLowerCase();
    return { ...told, number, title, place, level, period, year: String(year), cells, haystack };
  }
  const cellOf = (report, field) => report.cells[field] || SILENCE;
  // The reports of one place over the years, and only like with like: half years stand apart from years.
  function placesOverYears() {
    const series = new Map();
    for (const report of REPORTS) {
      if (!report.key || !report.year || report.failed) continue;
      const key = `${report.key}\n${report.part || ""}`;
      if (!series.has(key)) series.set(key, []);
      series.get(key).push(report);
    }
    return [...series.values()].filter((one) => new Set(one.map((report) => report.year)).size > 1).map((reports, number) => {
      reports.sort((one, other) => one.order.localeCompare(other.order));
      const last = reports[reports.length - 1];
      const told = { number, reports, place: last.place, title: last.place, level: last.level, id: `${last.key} ${last.part || ""}` };
      const span = t("{from} to {to}, {count} reports", { from: reports[0].period, to: last.period, count: reports.length });
      return { ...told, span, period: last.period, order: last.order, haystack: reports.map((report) => report.haystack).join("\n"), cells: last.cells };
    });
  }
  const figures = (place, field) => place.reports
    .map((report) => ({ report, cell: cellOf(report, field) }))
    .filter(({ cell }) => cell.state === REPORTED || cell.state === NONE);

  // ---- words and numbers
  function number(value) {
    if (typeof value !== "number") return value === null ? "?" : String(value);
    const [whole, part] = String(value).split(".");
    return whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",").replace("-", "−") + (part ? `.${part}` : "");
  }
  const rounded = (value) => Number(value.toPrecision(Math.abs(value) >= 1000 ? 12 : 4));
  function words(cell) {
    if (cell.state === NONE) return "无";
    return cell.printed || number(cell.value);
  }
  function change(field, from, to) {
    if (typeof from.value !== "number" || typeof to.value !== "number" || from.printed || to.printed) return "";
    const sign = (value) => (value > 0 ? "+" : value < 0 ? "−" : "±") + number(Math.abs(value));
    const about = from.bound || to.bound ? "≈ " : "";
    if (field.rate) return about + t("{change} pts", { change: sign(Number((to.value - from.value).toFixed(1))) });
    if (from.value <= 0) return "";
    const percent = ((to.value - from.value) / from.value) * 100;
    return `${about}${sign(Number(percent.toFixed(Math.abs(percent) < 10 ? 1 : 0)))}%`;
  }
  function outlierWords(one) {
    const values = { value: number(one.value), usual: number(one.usual), places: one.places || 0 };
    if (one.rate) {
      values.points = number(rounded(Math.abs(one.value - one.usual)));
      return one.against === "last_year"
        ? t("{value}% is {points} points from last year's {usual}%", values)
        : t("{value}% is {points} points from {usual}%, the median of {places} places", values);
    }
    values.ratio = number(rounded(one.value / one.usual));
    return one.against === "last_year"
      ? t("{value} is {ratio} times last year's {usual}", values)
      : t("{value} is {ratio} times {usual}, the median of {places} places", values);
  }

  // ---- which rows and columns
  const years = () => shown.view === "years";
  function chooseColumns() {
    const first = { id: "@title", label: years() ? t("Place") : t("Report"), order: (row) => row.title };
    const about = [["@place", t("Place"), "place", 112], ["@period", t("Period"), "period", 104], ["@level", t("Level"), "level", 96]];
    const metas = about
      .filter(([id, , key]) => REPORTS.some((report) => report[key]) && !(years() && id !== "@level"))
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
  function orderOf(cell) {
    if (cell.state === SILENT || cell.state === HELD) return null;
    return cell.state === NONE ? 0 : cell.value;
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
  }
  function sorted(list, order, down) {
    const keyed = list.map((row) => [order(row), row]);
    const blank = ([key]) => key === null || key === undefined || key === "";
    const compare = new Intl.Collator("zh", { numeric: true }).compare;
    return keyed.sort((one, other) => {
      if (blank(one) || blank(other)) return blank(one) - blank(other); // blank ones last, whichever way
      const by = typeof one[0] === "number" && typeof other[0] === "number" ? one[0] - other[0] : compare(String(one[0]), String(other[0]));
      return (down ? -by : by) || one[1].number - other[1].number;
    }).map(([, row]) => row);
  }

  // ---- the bar
  const find = input("find", t("Find reports"), (value) => { shown.words = value; });
  const findFields = input("find-fields", t("Find fields"), (value) => { shown.fields = value; });
  function input(id, label, set) {
    const element = h("input");
    Object.assign(element, { id, type: "search", placeholder: label });
    element.setAttribute("aria-label", label);
    element.addEventListener("input", () => { set(element.value); update(); });
    return element;
  }
  function select(id, label, options, set) {
    const element = h("select", "", ...options.map(([value, text]) => { const one = h("option", "", text); one.value = value; return one; }));
    element.id = id;
    element.setAttribute("aria-label", label);
    element.addEventListener("change", () => { set(element.value); update(); });
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
    const element = toggle(id, [h("b", "num", number(count)), ` ${label}`], false, () => {
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
    const own = (values) => values.map((value) => [value, value]);
    const states = [["", t("every state")], ["1", STATES[1]], ["2", STATES[2]], ["0", STATES[0]], ["3", STATES[3]], ["failed", t("failed reports")]];
    const groups = table.groups.map((group) => [group.label, t(group.label)]);
    const more = h("div", "more", findFields,
      zh(select("group", t("Group of fields"), [["", t("every group")], ...groups], (value) => { shown.group = value; })),
      select("state", t("State"), states, (value) => { shown.state = value; }),
      levels.length > 1 ? select("level", t("Level"), [["", t("every level")], ...own(levels)], (value) => { shown.level = value; }) : null,
      periods.length > 1 ? select("year", t("Year"), [["", t("every year")], ...own(periods)], (value) => { shown.year = value; }) : null,
      onlyWith("only-look", LOOK, t("to look at")),
      onlyWith("only-failing", FAILING, t("in failing checks")),
      onlyWith("only-outliers", OUTLIER, t("outliers")),
      onlyWith("only-reviewed", REVIEWED, t("seen by a person")),
      toggle("totals", t("Totals"), shown.totals, (one) => { shown.totals = !shown.totals; one.setAttribute("aria-pressed", String(shown.totals)); update(); }));
    const views = h("span", "views",
      toggle("view-reports", t("Reports"), true, () => setView("reports")),
      toggle("view-years", t("Over the years"), false, () => setView("years")));
    views.setAttribute("role", "group");
    views.setAttribute("aria-label", t("View"));
    const filters = toggle("filters", t("Filters"), false, (element) => {
      element.setAttribute("aria-pressed", String(element.closest(".bar").classList.toggle("open")));
    });
    filters.classList.add("filters-toggle");
    const told = h("span", "told num");
    told.id = "told";
    told.setAttribute("role", "status");
    const element = h("div", "bar", PLACES.length ? views : null, find, filters, more, h("span", "gap"), told);
    element.setAttribute("role", "search");
    element.setAttribute("aria-label", t("What is shown"));
    return element;
  }
  function setView(view) {
    shown.view = view;
    for (const one of ["reports", "years"]) $(`view-${one}`).setAttribute("aria-pressed", String(one === view));
    for (const id of ["totals", "year"]) if ($(id)) $(id).hidden = years();
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
  grid.setAttribute("aria-label", t("Reports and fields"));
  const [cols, head, body, foot] = [h("colgroup"), h("thead"), h("tbody"), h("tfoot")];
  grid.append(cols, head, body, foot);
  const nothing = h("p", "nothing", t("No report matches the filter."));
  const scroller = h("div", "scroller", grid, nothing);
  const panel = h("aside", "panel");
  panel.id = "panel";
  panel.hidden = true;
  panel.setAttribute("aria-label", t("What the cell says"));
  const built = new Map(); // number of a row -> its element

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
    grid.style.width = `${widths.reduce((sum, width) => sum + width, 0)}px`;
    cols.replaceChildren(...widths.map((width) => {
      const element = h("col");
      element.style.width = `${width}px`;
      return element;
    }));
    head.replaceChildren(groupRow(), fieldRow());
    foot.replaceChildren(...(shown.totals && !years() ? totals() : []));
    nothing.hidden = rows.length > 0;
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
      const cell = zh(h(label ? "th" : "td", `group${label ? " begins" : ""}`, label ? h("span", "", t(label)) : null));
      if (label) cell.scope = "colgroup";
      cell.colSpan = end - at;
      cells.push(cell);
      at = end;
    }
    const row = h("tr", "", ...cells);
    row.setAttribute("aria-rowindex", "1");
    return row;
  }
  const begins = (at) => columns[at].group !== undefined && columns[at].group !== columns[at - 1].group;
  function fieldRow() {
    const row = h("tr", "", ...columns.map((column, at) => {
      const cell = h("th", `field${at ? "" : " first"}${begins2(at)}`, h("span", "label", column.label), column.unit ? h("small", "", column.unit) : null);
      if (column.group) zh(cell);
      cell.scope = "col";
      cell.id = `cell--1-${at}`;
      cell.title = column.note ? `${column.label} · ${column.id}\n${column.note}` : column.label;
      cell.setAttribute("aria-colindex", String(at + 1));
      cell.setAttribute("aria-sort", sort && sort.id === column.id ? (sort.down ? "descending" : "ascending") : "none");
      if (column.field !== undefined && !years() && rows.length) {
        const stated = rows.filter((one) => [REPORTED, NONE].includes(cellOf(one, column.field).state)).length;
        cell.style.setProperty("--stated", `${(100 * stated) / rows.length}%`);
      }
      cell.addEventListener("click", () => { moveTo(-1, at); sortBy(column); });
      return cell;
    }));
    row.setAttribute("aria-rowindex", "2");
    return row;
  }
  const begins2 = (at) => (at && begins(at) ? " begins" : "");
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
    for (const [at, element] of built) if (at < from || at >= to) { element.remove(); built.delete(at); }
    const elements = [];
    for (let at = from; at < to; at += 1) {
      if (!built.has(at)) built.set(at, showRow(rows[at], at));
      elements.push(built.get(at));
    }
    const present = [...body.children].filter((one) => !one.matches(".spacer"));
    if (present.length !== elements.length || present.some((one, at) => one !== elements[at]) || !body.children.length) {
      body.replaceChildren(spacer(from * ROW), ...elements, spacer((rows.length - to) * ROW));
    }
    showActive();
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
    const title = zh(h("th", "first", h("span", "t", row.title), h("span", "s", row.span || row.id)));
    title.scope = "row";
    title.title = row.title;
    const cells = row.failed ? [failedCell(row)] : columns.slice(1).map((column, rest) => showCell(row, column, rest + 1));
    const element = h("tr", "", title, ...cells);
    element.setAttribute("aria-rowindex", String(at + 3));
    [title, ...cells].forEach((cell, column) => {
      cell.id = `cell-${at}-${column}`;
      cell.setAttribute("aria-colindex", String(column + 1));
      cell.addEventListener("click", () => { moveTo(at, column); showCellPanel(); });
    });
    return element;
  }
  function failedCell(row) {
    const cell = h("td", "error", t("failed: {error}", { error: row.error || t("no error was recorded") }));
    cell.colSpan = columns.length - 1;
    cell.title = row.error || "";
    return cell;
  }
  function showCell(row, column, at) {
    if (column.meta) return zh(h("td", "meta", row[column.meta]));
    if (years()) return zh(showSeries(row, column, at));
    const cell = cellOf(row, column.field);
    const kind = column.kind === "figure" ? "figure" : column.kind === "items" || column.kind === "rows" ? "figure entries" : "words";
    const names = [kind, `s${cell.state}`];
    if (cell.marks & LOOK) names.push("look");
    if (choosy() && !meets(cell)) names.push("dim");
    const element = zh(h("td", names.join(" ") + begins2(at), marksOf(cell), cell.state !== SILENT && cell.bound ? h("i", "", cell.bound) : null,
      cell.state === SILENT ? (cell.marks & REVIEWED ? "–" : "") : words(cell)));
    if (cell.confidence !== null) element.style.setProperty("--sure", String(Math.max(0.3, (cell.confidence - 40) / 60)));
    return element;
  }
  function marksOf(cell) {
    const marks = [];
    if (cell.marks & FAILING) marks.push(h("b", "", "!"));
    if (cell.marks & OUTLIER) marks.push(h("b", "", "↕"));
    if (cell.marks & REVIEWED) marks.push(h("b", "person", "✓"));
    return marks.length ? h("span", "marks", ...marks) : null;
  }
  function showSeries(place, column, at) {
    const series = figures(place, column.field);
    const last = series[series.length - 1];
    if (!last) return h("td", `figure s0${begins2(at)}`);
    const before = series[series.length - 2];
    const difference = before ? change(column, before.cell, last.cell) : "";
    const now = h("span", "now", last.cell.bound ? h("i", "", last.cell.bound) : null, words(last.cell));
    const late = last.report !== place.reports[place.reports.length - 1] ? ` (${last.report.year})` : "";
    const told = h("span", "", now, h("small", "num", `${difference}${late}`));
    const cell = h("td", `figure s${last.cell.state}${begins2(at)}`, marksOf(last.cell), h("div", "series", series.length > 1 ? line(series) : null, told));
    cell.style.setProperty("--sure", "0.35");
    return cell;
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

  // ---- totals
  function totals() {
    const counted = columns.map((column) => (column.field === undefined ? null : totalOf(column)));
    const named = [
      ["stated", t("reports that state it")], ["sum", t("sum of exact counts")], ["median", t("median")], ["least", t("smallest")], ["most", t("largest")],
    ];
    return named.map(([key, label]) => h("tr", "", ...columns.map((column, at) => {
      if (!at) { const cell = h("th", "first", label); cell.scope = "row"; return cell; }
      const total = counted[at];
      const cell = h("td", `total${begins2(at)}`, total && total[key] !== null ? number(total[key]) : "");
      if (total && key === "sum" && total.left) cell.title = t("{count} figures are bounds or ranges, and not in the sum", { count: total.left });
      return cell;
    })));
  }
  function totalOf(column) {
    const cells = rows.filter((row) => !row.failed).map((row) => cellOf(row, column.field)).filter((cell) => cell.state === REPORTED || cell.state === NONE);
    const values = cells.map((cell) => cell.value).filter((value) => typeof value === "number").sort((one, other) => one - other);
    const counts = column.kind === "items" || column.kind === "rows";
    const none = { stated: cells.length, sum: null, median: null, least: null, most: null, left: 0 };
    if (!values.length || column.kind === "choice" || column.kind === "date" || column.kind === "quote") return none;
    const middle = values.length >> 1;
    const exact = cells.filter((cell) => !cell.bound && !cell.printed);
    return {
      stated: cells.length,
      sum: column.sum || counts ? rounded12(exact.reduce((sum, cell) => sum + (cell.value || 0), 0)) : null,
      median: rounded(values.length % 2 ? values[middle] : (values[middle - 1] + values[middle]) / 2),
      least: values[0],
      most: values[values.length - 1],
      left: cells.length - exact.length,
    };
  }
  const rounded12 = (value) => Number(value.toPrecision(12));

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
    const said = [column.label, cell.state === SILENT ? "" : [BOUNDS[cell.bound], words(cell), column.unit].filter(Boolean).join(" "), STATES[cell.state]];
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
    const heads = head.lastElementChild.children;
    const first = heads[0].offsetWidth;
    const left = heads[active.column].offsetLeft - first;
    const right = left + heads[active.column].offsetWidth;
    const wide = scroller.clientWidth - first;
    if (left < scroller.scrollLeft) scroller.scrollLeft = left;
    else if (right > scroller.scrollLeft + wide) scroller.scrollLeft = right - wide;
  }
  function onKey(event) {
    if (event.key === "Escape") { closePanel(); if (event.target.matches("input")) event.target.blur(); return; }
    const typing = event.target.matches("input, select");
    if (typing || event.altKey) return;
    if (event.key === "/" && !event.ctrlKey && !event.metaKey) { event.preventDefault(); find.focus(); return; }
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
  const detailOf = (report) => JSON.parse($(`detail-${report.number}`).textContent);
  function addressOf(report, field) {
    return report.number < table.inPage ? `index.html#${[report.id, field && field.id].filter(Boolean).map(encodeURIComponent).join("&")}` : null;
  }
  function openPanel(what, ...children) {
    panelOf = what;
    panel.replaceChildren(...children.filter(Boolean));
    panel.hidden = false;
    panel.scrollTop = 0;
  }
  function closePanel() {
    panelOf = null;
    const inside = panel.contains(document.activeElement);
    panel.hidden = true;
    if (inside) grid.focus({ preventScroll: true });
  }
  function titled(words) {
    const close = button("×", closePanel);
    close.setAttribute("aria-label", t("Close"));
    return h("h2", "", zh(h("span", "", words)), close);
  }
  function go(report, field) {
    const address = addressOf(report, field);
    if (!address) return h("p", "note-of", t("This report is not among those of index.html: baogao review writes it with all of them."));
    const link = h("a", "go", t("Open in the report"));
    link.href = address;
    return link;
  }
  function showCellPanel() {
    const [row, column] = [rows[active.row], columns[active.column]];
    if (!row) return;
    if (years()) showPlace(row, column);
    else if (row.failed || column.field === undefined) showReport(row);
    else showAnswer(row, column);
  }
  const subtitle = (report) => zh(h("p", "of", [report.title, report.period].filter(Boolean).join(" · ")));
  function showReport(report) {
    const detail = detailOf(report);
    const count = (state) => report.cells.filter((cell) => cell.state === state).length;
    const facts = [report.place, report.period, report.level, report.id, detail.source].filter(Boolean).map((words) => h("span", "", words));
    openPanel("cell", titled(report.title), h("div", "facts", ...facts),
      report.failed
        ? h("p", "says", t("failed: {error}", { error: report.error || t("no error was recorded") }))
        : h("p", "", t("{reported} reported, {none} none stated, {held} held back", { reported: count(REPORTED), none: count(NONE), held: count(HELD) })),
      ...detail.checks.map((check) => h("p", "says", check.message)), go(report));
  }
  function showAnswer(report, column) {
    const cell = cellOf(report, column.field);
    const detail = detailOf(report);
    const told = detail.cells[column.field] || {};
    const found = table.outliers.filter((one) => one.id === report.id && one.column === column.field);
    const checks = detail.checks.filter((check) => check.columns.includes(column.field));
    const says = [
      told.reason ? t("Held back: {reason}", { reason: told.reason }) : null,
      cell.marks & LOOK && !told.reason ? t("To look at: not sure enough, or readers differ.") : null,
      told.astray ? t("The text at its place differs.") : null,
      ...checks.map((check) => t("A check fails: {message}", { message: check.message })),
      ...found.map(outlierWords),
    ].filter(Boolean);
    openPanel("cell", titled(column.label), subtitle(report), valueOf(cell, column, told),
      told.sentence === undefined ? null : quoteOf(detail.sentences[told.sentence], told.text),
      told.entries ? zh(h("ol", "", ...told.entries.map((one) => h("li", "", one)), cell.value > told.entries.length ? h("p", "of", t("and {count} more", { count: cell.value - told.entries.length })) : null)) : null,
      facts(cell, told), ...says.map((one) => h("p", "says", one)), told.reviewed ? reviewedOf(told.reviewed) : null,
      go(report, column), column.note ? zh(h("p", "note-of", `${column.id} · ${column.note}`)) : null);
  }
  function valueOf(cell, column, told) {
    if (cell.state === SILENT) return h("p", "value quiet", STATES[SILENT]);
    if (cell.state === NONE) return zh(h("p", "value", "无"));
    const unit = told.unit && column.unit && told.unit !== column.unit && !told.text ? told.unit : column.unit || told.unit || "";
    return zh(h("p", cell.state === HELD ? "value quiet num" : "value num", cell.bound ? h("i", "", `${cell.bound} `) : null, words(cell), h("small", "", unit)));
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
  function facts(cell, told) {
    const state = cell.bound && cell.state === REPORTED ? `${STATES[cell.state]}, ${BOUNDS[cell.bound]}` : STATES[cell.state];
    const meter = cell.confidence === null ? null : h("span", cell.confidence < table.reviewBelow * 100 ? "meter low num" : "meter num", h("i", "", h("i")), `${cell.confidence}%`);
    if (meter) { meter.title = t("confidence"); meter.querySelector("i i").style.width = `${cell.confidence}%`; }
    return h("div", "facts", h("span", "", state), told.page ? h("span", "num", t("page {page}", { page: told.page })) : null, told.by ? h("span", "", t("by {by}", { by: told.by })) : null, meter);
  }
  function reviewedOf(reviewed) {
    const acts = { accept: t("accepted"), correct: t("corrected"), none: t("none stated"), absent: t("not there") };
    const by = t("{who}: {act}, {day}", { who: reviewed.who, act: acts[reviewed.act] || reviewed.act, day: reviewed.at.slice(0, 10) });
    return h("p", "says person", by, reviewed.comment ? h("br") : null, reviewed.comment || null);
  }
  function showPlace(place, column) {
    if (column.field === undefined) {
      const rowsOf = place.reports.map((report) => h("li", "", linkTo(report, null, report.title)));
      openPanel("cell", titled(place.title), h("p", "of", place.span), zh(h("ul", "", ...rowsOf)));
      return;
    }
    const series = figures(place, column.field);
    const lines = place.reports.map((report) => {
      const cell = cellOf(report, column.field);
      const stated = series.findIndex((one) => one.report === report);
      const difference = stated > 0 ? change(column, series[stated - 1].cell, cell) : "";
      const value = stated < 0 ? h("td", "", STATES[cell.state]) : h("td", "num", linkTo(report, column, `${cell.bound}${words(cell)}`));
      const head = h("th", "", report.period);
      head.scope = "row";
      return h("tr", "", head, value, h("td", "num", difference));
    });
    const picture = series.length > 2 ? h("div", "series wide", line(series, 320, 60)) : null;
    openPanel("cell", titled(column.label), zh(h("p", "of", [place.title, column.unit].filter(Boolean).join(" · "))), picture, h("table", "", h("tbody", "", ...lines)),
      column.note ? zh(h("p", "note-of", `${column.id} · ${column.note}`)) : null);
  }
  function linkTo(report, field, words) {
    const address = addressOf(report, field);
    if (!address) return words;
    const link = h("a", "", words);
    link.href = address;
    return link;
  }
  function showOutliers() {
    const items = table.outliers.map((one) => {
      const [report, field] = [BY_ID.get(one.id), FIELDS[one.column]];
      const label = zh(h("span", "k", field.label));
      const where = zh(h("span", "s", [report.place || report.title, report.period].filter(Boolean).join(" · ")));
      return h("li", "", button([label, h("span", "", outlierWords(one)), where], () => jump(report, one.column)));
    });
    const method = t("10 times or a tenth of last year's figure of the same place or of the median of its level (and farther than its peers vary); rates by 25 points. An outlier is a figure to look at, not an error.");
    openPanel("outliers", titled(t("Outliers")), h("p", "of", method), h("ol", "found", ...items));
  }
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
    return h("p", "legend", swatch("sure", t("reported, sure")), swatch("less", t("less sure")), swatch("look", t("to look at")), swatch("none", STATES[NONE]),
      swatch("held", STATES[HELD]), swatch("", STATES[SILENT]), mark("!", t("a check fails")), mark("↕", t("outlier")), mark("✓", t("seen by a person"), "person"));
  }
  function fromHash() {
    const [id, key] = location.hash.slice(1).split("&").map((part) => {
      try { return decodeURIComponent(part); } catch { return ""; }
    });
    const report = BY_ID.get(id);
    const field = FIELDS.findIndex((one) => one.id === key);
    if (report) jump(report, field < 0 ? undefined : field);
  }

  $("main").append(bar(), scroller, legend(), panel);
  document.querySelector(".keys").append(h("kbd", "", "↑"), h("kbd", "", "↓"), h("kbd", "", "←"), h("kbd", "", "→"), ` ${t("cells")} `, h("kbd", "", "Enter"), ` ${t("open")} `, h("kbd", "", "/"), ` ${t("filter")}`);
  $("to-page").textContent = t("Reports");
  update();
  let waiting = false;
  scroller.addEventListener("scroll", () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => { waiting = false; showRows(); });
  }, { passive: true });
  new ResizeObserver(showRows).observe(scroller);
  narrow.addEventListener("change", update);
  document.addEventListener("keydown", onKey);
  addEventListener("hashchange", fromHash);
  if (location.hash) fromHash();
  if (!REPORTS.length) nothing.textContent = t("There is nothing to show.");
})();
