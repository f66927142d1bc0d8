// Characters of the report's text: a browser counts UTF-16 units and elements, records count code points of the file.
const textPlaces = (sheet) => {
  const lines = () => [...sheet.querySelectorAll(".text .l[data-start]")];
  const startOf = (line) => Number(line.dataset.start);
  const points = (text) => { let n = 0; for (const _ of text) n += 1; return n; }; // code points
  const HALF = /[\ud800-\udbff]$/; // a cut inside of a character

  // The code points of a line before a point of the document; half a character counts where it is the end.
  function before(line, node, at, isEnd) {
    const range = document.createRange();
    range.setStart(line, 0);
    range.setEnd(node, at);
    const text = range.toString();
    return points(text) - (!isEnd && HALF.test(text) ? 1 : 0);
  }
  // The characters [start, end) that a range of the document holds; null where it holds none of the text.
  function spanOf(range) {
    const held = lines().filter((line) => range.intersectsNode(line));
    if (!held.length) return null;
    const [first, last] = [held[0], held.at(-1)];
    const start = startOf(first) + (first.contains(range.startContainer) ? before(first, range.startContainer, range.startOffset, false) : 0);
    const end = startOf(last) + (last.contains(range.endContainer) ? before(last, range.endContainer, range.endOffset, true) : points(last.textContent));
    return start < end ? [start, end] : null;
  }
  // A point of the document for a character of the text.
  function pointOf(line, offset) {
    const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
    let left = offset;
    let node = null;
    while (walker.nextNode()) {
      node = walker.currentNode;
      const long = points(node.data);
      if (left <= long) return [node, [...node.data].slice(0, left).join("").length];
      left -= long;
    }
    return node ? [node, node.data.length] : [line, 0];
  }
  function rangeOf([start, end]) {
    const all = lines();
    const first = all.findLast((line) => startOf(line) <= start);
    const last = all.findLast((line) => startOf(line) < end);
    if (!first || !last) return null;
    const range = document.createRange();
    range.setStart(...pointOf(first, start - startOf(first)));
    range.setEnd(...pointOf(last, end - startOf(last)));
    return range;
  }
  // Where some words stand, white space and line ends aside: every place, in reading order.
  function find(words) {
    const wanted = [...words.replace(/\s/gu, "").toLowerCase()].join("");
    if (!wanted) return [];
    const at = [];
    let flat = "";
    for (const line of lines()) {
      let offset = startOf(line);
      for (const character of line.textContent) {
        if (/\S/u.test(character)) {
          const low = character.toLowerCase();
          flat += low;
          for (let unit = 0; unit < low.length; unit += 1) at.push(offset);
        }
        offset += 1;
      }
    }
    const found = [];
    for (let from = flat.indexOf(wanted); from >= 0; from = flat.indexOf(wanted, from + 1)) {
      found.push([at[from], at[from + wanted.length - 1] + 1]);
    }
    return found;
  }
  function light(spans) {
    if (!window.CSS || !CSS.highlights) return;
    CSS.highlights.delete("aim");
    const ranges = spans.map(rangeOf).filter(Boolean);
    if (ranges.length) CSS.highlights.set("aim", new Highlight(...ranges));
  }
  function show(span, behavior) {
    const range = rangeOf(span);
    if (!range) return;
    const box = range.getBoundingClientRect();
    const frame = sheet.getBoundingClientRect();
    if (box.top >= frame.top + 40 && box.bottom <= frame.bottom - 40) return;
    sheet.scrollBy({ top: box.top - frame.top - frame.height / 2, behavior });
  }
  return { spanOf, rangeOf, find, light, show };
};
