"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const source = byId("g-data");
  if (!source) return;
  const data = JSON.parse(source.textContent);
  const SIGNS = { c: "✓", o: "✓", p: "◐", w: "✗", m: "–", s: "+", n: "○", a: "·", e: "!", u: "/", x: "?" };
  const words = (letter) => [...byId("g-verdict").options].find((one) => one.value === letter).textContent;
  const RIGHT = "coanu";
  for (const cell of document.querySelectorAll(".key .cell")) cell.textContent = SIGNS[cell.dataset.letter];

  function make(name, attributes = {}, ...children) {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  }

  // The table of one extractor; it is built anew for another.
  const who = byId("g-who");
  const verdict = byId("g-verdict");
  let table = null;
  let current = null;
  const letterOf = (extractor, row, column) => data.cells[extractor][row][column];
  const label = (extractor, row, column) =>
    t("{report}, {field}: {verdict}", {
      report: data.reports[row][0], field: data.fields[column][1], verdict: words(letterOf(extractor, row, column)),
    });
  function build() {
    const extractor = Number(who.value);
    const head = make("tr", {}, make("th", { scope: "col" }, t("report")));
    data.fields.forEach(([id, name, group], column) => {
      const th = make("th", { scope: "col", title: [name, id, group].filter(Boolean).join(" · "), "data-column": column });
      th.append(make("span", { lang: "zh-CN" }, name));
      head.append(th);
    });
    const body = make("tbody");
    data.reports.forEach(([id], row) => {
      const line = make("tr", { "data-row": row }, make("th", { scope: "row", title: id }, id));
      data.fields.forEach((_, column) => {
        const letter = letterOf(extractor, row, column);
        const cell = make("td", {
          tabindex: "-1", "data-row": row, "data-column": column, "aria-label": label(extractor, row, column),
        });
        cell.append(make("span", { class: `cell k-${letter}`, "aria-hidden": "true" }, SIGNS[letter]));
        line.append(cell);
      });
      body.append(line);
    });
    table = make("table", { role: "grid", "aria-label": t("Reports and fields") }, make("thead", {}, head), body);
    byId("g-scroll").replaceChildren(table);
    current = null;
    filter();
  }
  const cellAt = (row, column) => table.querySelector(`td[data-row="${row}"][data-column="${column}"]`);

  // Filters: columns by words, rows by words, cells by verdict; what has no such cell is not shown.
  const hits = (letter) => !verdict.value || (verdict.value === "!" ? !RIGHT.includes(letter) : letter === verdict.value);
  function filter() {
    const extractor = Number(who.value);
    const field = byId("g-field").value.trim().toLowerCase();
    const report = byId("g-report").value.trim().toLowerCase();
    let rows = data.reports.map((_, row) => row).filter((row) => data.reports[row][0].toLowerCase().includes(report));
    let columns = data.fields.map((_, column) => column)
      .filter((column) => data.fields[column].join(" ").toLowerCase().includes(field));
    const hit = (row, column) => hits(letterOf(extractor, row, column));
    const [allRows, allColumns] = [rows, columns];
    rows = allRows.filter((row) => allColumns.some((column) => hit(row, column)));
    columns = allColumns.filter((column) => allRows.some((row) => hit(row, column)));
    const shown = { rows: new Set(rows), columns: new Set(columns) };
    let count = 0;
    for (const line of table.tBodies[0].rows) line.hidden = !shown.rows.has(Number(line.dataset.row));
    for (const cell of table.querySelectorAll("[data-column]")) {
      const column = Number(cell.dataset.column);
      cell.hidden = !shown.columns.has(column);
      if (cell.tagName !== "TD") continue;
      const fits = hit(Number(cell.dataset.row), column);
      cell.firstChild.classList.toggle("off", !fits);
      if (fits && !cell.hidden && !cell.parentNode.hidden) count += 1;
    }
    byId("g-count").textContent = t("{n} cells", { n: count });
    focusable(cells().find((cell) => cell === current) ?? cells()[0]);
  }
  const seen = (cell) => !cell.hidden && !cell.parentNode.hidden;
  const cells = () => [...table.querySelectorAll("td")].filter((cell) => seen(cell) && !cell.firstChild.classList.contains("off"));
  function focusable(cell) {
    current?.setAttribute("tabindex", "-1");
    current = cell ?? null;
    current?.setAttribute("tabindex", "0");
  }

  // Arrow keys go to the next cell that is shown.
  function move(cell, down, right) {
    let row = Number(cell.dataset.row);
    let column = Number(cell.dataset.column);
    for (;;) {
      row += down;
      column += right;
      const next = cellAt(row, column);
      if (!next) return;
      if (seen(next)) {
        focusable(next);
        next.focus();
        return;
      }
    }
  }
  const STEPS = { ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1] };
  byId("g-scroll").addEventListener("keydown", (event) => {
    const cell = event.target.closest("td");
    if (!cell) return;
    if (event.key in STEPS) move(cell, ...STEPS[event.key]);
    else if (event.key === "Enter" || event.key === " ") open(cell);
    else return;
    event.preventDefault();
  });
  byId("g-scroll").addEventListener("click", (event) => {
    const cell = event.target.closest("td");
    if (cell) open(cell);
  });

  // What was said of one field of one report, and its text.
  const dialog = byId("g-dialog");
  const shownAnyway = new Set();
  function told(row, column, extractor) {
    const entry = data.said[row][column];
    const letter = letterOf(extractor, row, column);
    if (letter === "u" || letter === "x") return { gold: entry?.[0] ?? "", places: entry?.[1] ?? [], answer: "", answered: [], note: "" };
    if (!entry) return { gold: t("silent"), places: [], answer: t("silent"), answered: [], note: "" };
    const said = entry[2][extractor];
    if (said === 1) return { gold: entry[0], places: entry[1], answer: entry[0], answered: entry[1], note: "" };
    const [answer, answered, note] = said ?? [t("silent"), [], ""];
    return { gold: entry[0], places: entry[1], answer, answered, note };
  }
  function open(cell) {
    focusable(cell);
    const [row, column] = [Number(cell.dataset.row), Number(cell.dataset.column)];
    const [id, part, held] = data.reports[row];
    byId("g-title").replaceChildren(
      make("bdi", { lang: "zh-CN" }, data.fields[column][1]), " ", make("span", {}, `${id} · ${part}`),
    );
    const hidden = Boolean(held) && !shownAnyway.has(row);
    byId("g-gate").hidden = !hidden;
    byId("g-text").hidden = hidden;
    byId("g-open").onclick = () => {
      shownAnyway.add(row);
      open(cell);
    };
    show(row, column, hidden);
    if (!dialog.open) dialog.showModal();
    const mark = byId("g-text").querySelector("mark");
    if (hidden) byId("g-open").focus();
    else mark?.scrollIntoView({ block: "center" });
    if (!mark) dialog.scrollTop = 0;
  }
  function show(row, column, hidden) {
    const said = byId("g-said");
    said.replaceChildren();
    const extractor = Number(who.value);
    data.extractors.forEach((name, number) => {
      const letter = letterOf(number, row, column);
      const { gold, answer, note } = told(row, column, number);
      const line = make("p", {}, make("b", {}, name), `: ${words(letter)}`);
      if (letter !== "u" && letter !== "x" && !hidden) {
        line.append(". ", t("Answer:"), " ", make("mark", { class: "a" }, answer), " ", t("gold:"), " ", make("mark", { class: "g" }, gold));
        if (note) line.append(make("span", { class: "quiet" }, ` (${note})`));
      }
      said.append(line);
    });
    const { places, answered } = told(row, column, extractor);
    const text = data.reports[row][3];
    const box = byId("g-text");
    if (hidden) box.replaceChildren();
    else if (text === null) box.replaceChildren(t("The text of this report is not at hand."));
    else box.replaceChildren(...marked([...text], places, answered));
  }
  function marked(characters, gold, answer) {
    const edges = [...new Set([0, characters.length, ...gold.flat(), ...answer.flat()])].sort((a, b) => a - b);
    const inside = (spans, at) => spans.some(([start, end]) => start <= at && at < end);
    return edges.slice(0, -1).map((start, number) => {
      const piece = characters.slice(start, edges[number + 1]).join("");
      const kind = [inside(answer, start) && "a", inside(gold, start) && "g"].filter(Boolean).join(" ");
      return kind ? make("mark", { class: kind }, piece) : piece;
    });
  }
  function step(by) {
    const every = cells();
    const next = every[every.indexOf(current) + by];
    if (next) open(next);
  }
  byId("g-before").addEventListener("click", () => step(-1));
  byId("g-next").addEventListener("click", () => step(1));
  byId("g-close").addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => current?.focus());
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });

  who.value = String(data.main);
  who.addEventListener("change", build);
  verdict.addEventListener("change", filter);
  for (const id of ["g-field", "g-report"]) byId(id).addEventListener("input", filter);
  byId("g-filters").hidden = false;
  document.addEventListener("baogao:language", () => {
    const at = current && [current.dataset.row, current.dataset.column];
    build();
    if (dialog.open && at) open(cellAt(...at));
  });
  build();
})();
