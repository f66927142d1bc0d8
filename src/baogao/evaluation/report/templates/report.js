"use strict";
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const byId = (id) => document.getElementById(id);

  // Tables: the cell under a head, heads that span columns or rows counted.
  function columnOf(th) {
    const rows = all("tr", th.closest("thead"));
    const taken = rows.map(() => []);
    for (const [r, row] of rows.entries()) {
      let column = 0;
      for (const cell of row.cells) {
        while (taken[r][column]) column += 1;
        if (cell === th) return column;
        for (let i = 0; i < cell.rowSpan; i += 1)
          for (let j = 0; j < cell.colSpan; j += 1) taken[r + i][column + j] = true;
        column += cell.colSpan;
      }
    }
    return 0;
  }
  function key(row, column) {
    const cell = row.cells[column];
    const value = cell.dataset.v ?? cell.textContent.trim();
    const number = Number(value.replace(/,/g, ""));
    return value !== "" && Number.isFinite(number) ? number : value;
  }
  function compare(a, b) {
    if (typeof a === "number" && typeof b === "number") return a - b;
    return String(a).localeCompare(String(b), "zh-CN");
  }
  for (const th of all(".sortable th")) {
    if (th.colSpan > 1) continue;
    th.tabIndex = 0;
    const sort = () => {
      const table = th.closest("table");
      const up = th.getAttribute("aria-sort") === "descending";
      all("th[aria-sort]", table).forEach((other) => other.removeAttribute("aria-sort"));
      th.setAttribute("aria-sort", up ? "ascending" : "descending");
      const column = columnOf(th);
      const rows = all("tr", table.tBodies[0]);
      rows.sort((a, b) => compare(key(a, column), key(b, column)) * (up ? 1 : -1));
      table.tBodies[0].append(...rows);
    };
    th.addEventListener("click", sort);
    th.addEventListener("keydown", (event) => { if (event.key === "Enter") sort(); });
  }

  // Fields: by words, and only those that some report states.
  const words = document.querySelector("[data-filter]");
  const stated = document.querySelector("input[data-stated]");
  function filterFields() {
    const wanted = words.value.trim().toLowerCase();
    for (const row of all("#fieldtable tbody tr"))
      row.hidden = (stated.checked && row.dataset.stated === "0") || !row.textContent.toLowerCase().includes(wanted);
  }
  words.addEventListener("input", filterFields);
  stated.addEventListener("change", filterFields);
  filterFields();

  // Disagreements: by words, extractor, verdict and cause; test reports only when asked for.
  const items = all(".dis");
  const section = byId("disagreements");
  const test = byId("d-test");
  function filterDisagreements() {
    const wanted = byId("d-text").value.trim().toLowerCase();
    const [who, verdict, cause] = ["d-who", "d-verdict", "d-cause"].map((id) => byId(id).value);
    const held = test && !test.checked;
    section.classList.toggle("hide-held", Boolean(held));
    let shown = 0;
    for (const item of items) {
      const fits = (!who || item.dataset.who.split("|").includes(who)) && (!verdict || item.dataset.verdict === verdict)
        && (!cause || item.dataset.cause === cause) && (!wanted || item.textContent.toLowerCase().includes(wanted));
      item.hidden = !fits;
      if (fits && !(held && item.classList.contains("held"))) shown += 1;
    }
    byId("d-count").textContent = t("{n} of {all}", { n: shown, all: items.length });
  }
  for (const id of ["d-text", "d-who", "d-verdict", "d-cause", "d-test"])
    for (const event of ["input", "change"]) byId(id)?.addEventListener(event, filterDisagreements);
  for (const button of all("[data-cause].link"))
    button.addEventListener("click", () => {
      byId("d-cause").value = button.dataset.cause;
      filterDisagreements();
      section.scrollIntoView();
    });
  document.addEventListener("baogao:language", filterDisagreements);
  filterDisagreements();
})();
