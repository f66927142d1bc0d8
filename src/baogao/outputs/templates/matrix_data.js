// What the table says, and what is reckoned from it; nothing here touches the page.
const Matrix = (() => {
  const table = JSON.parse(document.getElementById("table").textContent);
  const [SILENT, REPORTED, NONE, HELD] = [0, 1, 2, 3];
  const [LOOK, FAILING, OUTLIER, REVIEWED] = [1, 2, 4, 8];
  const SILENCE = { state: SILENT, value: null, confidence: null, marks: 0, bound: "", printed: "" };
  const FIELDS = table.groups.flatMap((group) => group.columns.map((column) => ({ ...column, group: group.label })));

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
  const stated = (cell) => cell.state === REPORTED || cell.state === NONE;
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
      const span = () => t("{from} to {to}, {count} reports", { from: reports[0].period, to: last.period, count: reports.length });
      return { ...told, span, period: last.period, order: last.order, haystack: reports.map((report) => report.haystack).join("\n"), cells: last.cells };
    });
  }
  const figures = (place, field) => place.reports
    .map((report) => ({ report, cell: cellOf(report, field) }))
    .filter(({ cell }) => stated(cell));

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
  // From one year to the next; nothing where a year between them is silent.
  function changeAt(field, series, at) {
    if (at < 1 || Number(series[at].report.year) !== Number(series[at - 1].report.year) + 1) return "";
    return change(field, series[at - 1].cell, series[at].cell);
  }
  function outlierWords(one) {
    const values = { value: number(one.value), usual: number(one.usual), places: one.places || 0 };
    if (one.rate) {
      values.points = number(rounded(Math.abs(one.value - one.usual)));
      return one.against === "last_year"
        ? t("{value}% is {points} points from last year's {usual}%", values)
        : t("{value}% is {points} points from {usual}%, the median of {places} places", values);
    }
    values.times = number(Number(Math.max(one.value / one.usual, one.usual / one.value).toPrecision(3)));
    if (one.against === "last_year") {
      return one.value > one.usual
        ? t("{value} is {times} times last year's {usual}", values)
        : t("last year's {usual} is {times} times {value}", values);
    }
    return one.value > one.usual
      ? t("{value} is {times} times {usual}, the median of {places} places", values)
      : t("{usual}, the median of {places} places, is {times} times {value}", values);
  }

  // ---- sorting and adding up
  function orderOf(cell) {
    if (cell.state === SILENT || cell.state === HELD) return null;
    return cell.state === NONE ? 0 : cell.value;
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

  function totalOf(column, rows) {
    const cells = rows.filter((row) => !row.failed).map((row) => cellOf(row, column.field)).filter(stated);
    const values = cells.map((cell) => cell.value).filter((value) => typeof value === "number").sort((one, other) => one - other);
    const counts = column.kind === "items" || column.kind === "rows";
    const none = { stated: cells.length, sum: null, median: null, least: null, most: null, left: 0 };
    if (!values.length || column.kind === "choice" || column.kind === "date" || column.kind === "quote") return none;
    const middle = values.length >> 1;
    const exact = cells.filter((cell) => !cell.bound && !cell.printed);
    return {
      stated: cells.length,
      sum: (column.sum || counts) && exact.some((cell) => cell.state === REPORTED) ? rounded12(exact.reduce((sum, cell) => sum + (cell.value || 0), 0)) : null,
      median: rounded(values.length % 2 ? values[middle] : (values[middle - 1] + values[middle]) / 2),
      least: values[0],
      most: values[values.length - 1],
      left: cells.length - exact.length,
    };
  }
  const rounded12 = (value) => Number(value.toPrecision(12));

  const REPORTS = table.reports.map(readReport);
  const BY_ID = new Map(REPORTS.map((report) => [report.id, report]));
  const PLACES = placesOverYears();
  const states = { SILENT, REPORTED, NONE, HELD, LOOK, FAILING, OUTLIER, REVIEWED };
  return { table, FIELDS, REPORTS, PLACES, BY_ID, ...states, cellOf, figures, stated, number, words, changeAt, outlierWords, orderOf, sorted, totalOf };
})();
