"use strict";
// t("… {n} …", { n }) says a message of the page in the language that is chosen; {n} stands for a value.
// told(text) says a text of the data: a notice, an error, a reason. Both give English where there is no translation.
const { t, tn, told, learn } = (() => {
  const data = JSON.parse(document.getElementById("language").textContent);
  const chinese = new Map(Object.entries(data.zh));
  const KEY = "baogao-language";
  const stored = () => { try { return localStorage.getItem(KEY); } catch { return null; } };
  const asked = [new URLSearchParams(location.search).get("lang"), stored(), data.first, navigator.language.slice(0, 2)];
  let language = asked.find((one) => one === "en" || one === "zh") || "en";

  const told = (text) => (language === "zh" && chinese.get(text)) || text;
  const t = (text, values = {}) => told(text).replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
  const tn = (one, many, n, values = {}) => t(n === 1 ? one : many, { n, ...values });
  const learn = (texts) => { for (const [text, words] of Object.entries(texts || {})) chinese.set(text, words); };

  // Elements of the page itself: data-t says that the text is a message, data-t-of which attributes are.
  function mark(element) {
    if (element.dataset.t === "") element.dataset.t = element.textContent;
    const values = JSON.parse(element.dataset.tValues || "{}");
    if (element.dataset.t) element.textContent = t(element.dataset.t, values);
    for (const name of (element.dataset.tOf || "").split(" ").filter(Boolean)) {
      const kept = `data-t-was-${name}`;
      if (!element.hasAttribute(kept)) element.setAttribute(kept, element.getAttribute(name));
      element.setAttribute(name, t(element.getAttribute(kept), values));
    }
  }
  // Below an element with data-t-tree every text and title is a message, where it has a translation.
  const kept = new WeakMap();
  function retold(holder, name, text, tell) {
    const was = kept.get(holder) || {};
    if (!(name in was)) was[name] = text;
    kept.set(holder, was);
    const words = was[name].trim();
    const said = words && told(words);
    if (said && text !== was[name].replace(words, said)) tell(was[name].replace(words, () => said));
  }
  function tree(root) {
    const walk = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT, (node) =>
      (node.nodeType === 1 && node.matches("script, style, [data-t-not], [lang^=zh]") ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT));
    while (walk.nextNode()) {
      const node = walk.currentNode;
      const option = node.parentNode.tagName === "OPTION" ? node.parentNode : null;
      if (option && !option.hasAttribute("value")) option.value = option.text; // what it stands for stays
      if (node.nodeType === 3) retold(node, "text", node.data, (words) => { node.data = words; });
      else for (const name of ["title", "placeholder", "aria-label"]) {
        if (node.hasAttribute(name)) retold(node, name, node.getAttribute(name), (words) => node.setAttribute(name, words));
      }
    }
  }
  function show() {
    document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
    for (const element of document.querySelectorAll("[data-t], [data-t-of]")) mark(element);
    for (const element of document.querySelectorAll("[data-t-tree]")) tree(element);
    for (const button of document.querySelectorAll(".languages button")) button.setAttribute("aria-pressed", String(button.value === language));
  }
  for (const button of document.querySelectorAll(".languages button")) {
    button.addEventListener("click", () => {
      language = button.value;
      try { localStorage.setItem(KEY, language); } catch { /* it is not remembered */ }
      show();
      document.dispatchEvent(new Event("baogao:language"));
    });
  }
  show();
  return { t, tn, told, learn };
})();
