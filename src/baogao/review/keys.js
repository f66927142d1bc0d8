// The keys of answers: those of the page count what it shows, those of decisions stay as they are.
const reviewKeys = (page, schema) => {
  const LISTS = new Map([...schema.lists, ...(schema.rows || [])].map((list) => [list.id, list]));
  const METADATA = new Set(schema.metadata.map((spec) => spec.id));
  const ROWS = new Set((schema.rows || []).map((list) => list.id));
  const ANY = new Map([
    ...schema.groups.flatMap((group) => group.fields), ...schema.metadata, ...schema.lists, ...(schema.rows || []),
  ].map((spec) => [spec.id, spec]));

  function keyOf(shown) {
    const [name, at, cell] = shown.split("~")[0].split("/");
    if (at === undefined) return name;
    const of = page.report.review;
    if (ROWS.has(name)) return `${(of.rows[name] || [])[at] || `${name}/${at}`}${cell ? `/${cell}` : ""}`;
    return (of.entries[name] || [])[at] || shown;
  }
  function shownKey(key) {
    const of = page.report.review;
    const name = key.split(/[/@]/)[0];
    if (key.includes("@")) return `${name}/${(of.entries[name] || []).indexOf(key)}`;
    if (!key.includes("/")) return key;
    const [, row, cell] = key.split("/");
    return `${name}/${(of.rows[name] || []).indexOf(`${name}/${row}`)}${cell ? `/${cell}` : ""}`;
  }
  const specOf = (shown) => page.specOf(shown) || ANY.get(page.fieldOf(shown));
  const isList = (shown) => LISTS.has(shown);
  const proposalOf = (shown) => {
    const [name, at] = shown.split("~");
    const entry = at === undefined ? null : page.report.queue.find((one) => one.field === name);
    return entry ? { ...entry.proposals[at], at: Number(at) } : null;
  };
  const queued = (shown) => page.report.queue.find((entry) => entry.field === shown.split("~")[0]);
  const labelOf = (shown) => (isList(shown) ? ANY.get(shown).label : page.labelOf(shown));
  return { LISTS, METADATA, ROWS, ANY, keyOf, shownKey, specOf, isList, proposalOf, queued, labelOf };
};
