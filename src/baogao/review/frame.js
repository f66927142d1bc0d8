// What stands around the page that is served: who looks, whether it is saved, the keys, words in passing.
const reviewFrame = ({ $, h }, settings, onName) => {
  const KEYS = [
    ["⏎ a", () => t("right, and on to the next")], ["c", () => t("correct: click, select, ← →, f")], ["n", () => t("none 无")], ["x", () => t("not there; of a list: remove the entry")],
    ["X", () => t("remove the row of a table")], ["+", () => t("add an entry, a row, a part of a sum")], ["1–9", () => t("take what is proposed or offered")], ["⇧⏎", () => t("a row of a table is right")],
    ["s", () => t("all silent fields are right")], ["m", () => t("comment")], ["u U", () => t("undo, redo")], ["g", () => t("save what was looked at as gold")], ["j k", () => t("next, previous row")], ["q", () => t("the first that is to be looked at")],
    ["[ ]", () => t("previous, next report")], ["/", () => t("filter")], ["⇧← ⇧→", () => t("make a selection shorter, longer")], ["Esc", () => t("leave")],
  ];
  function frame() {
    const made = (tag, id, className = "", ...children) => { const element = h(tag, className, ...children); element.id = id; return element; };
    document.body.classList.add("reviewing");
    const top = document.querySelector(".top");
    const keys = top.querySelector(".keys");
    if (keys) keys.remove();
    const name = h("button", "who");
    name.type = "button";
    name.id = "who";
    name.addEventListener("click", onName);
    const helper = h("button", "help", "?");
    helper.type = "button";
    helper.addEventListener("click", help);
    helper.setAttribute("aria-label", t("Keys"));
    const status = h("div", "status", made("span", "here", "num"), made("span", "saved", "saved"), name, helper);
    status.querySelector("#saved").setAttribute("role", "status");
    top.querySelector(".languages").before(status);
    top.after(made("p", "away", "away"));
    $("away").hidden = true;
    $("away").setAttribute("role", "alert");
    $("rail").prepend(made("p", "overall", "overall num"));
    const place = made("section", "desk", "desk");
    place.setAttribute("aria-label", t("Answer"));
    document.querySelector(".panes").append(place);
    const toast = made("p", "toast", "toast");
    toast.setAttribute("role", "status");
    document.body.append(toast);
    document.body.append(made("dialog", "who-asked"), made("dialog", "help"));
  }
  function words(who) {
    const form = h("form", "", h("h2", "", t("Who looks?")), h("p", "", settings.blind ? t("Your name stands with every answer. You see only your own answers.") : t("Your name stands with every answer.")));
    form.method = "dialog";
    const input = h("input", "");
    input.id = "who-name";
    input.maxLength = 100;
    input.required = true;
    input.autocomplete = "name";
    input.setAttribute("aria-label", t("Your name"));
    const ok = h("button", "first", t("Go on"));
    form.append(input, ok);
    $("who-asked").replaceChildren(form);
    const close = h("form", "", h("button", "first", t("Close")));
    close.method = "dialog";
    $("help").replaceChildren(h("h2", "", t("Keys")), h("dl", "", ...KEYS.flatMap(([keys, say]) => [h("dt", "", ...keys.split(" ").map((one) => h("kbd", "", one))), h("dd", "", say())])), close);
    for (const id of ["who-asked", "help"]) $(id).setAttribute("aria-label", id === "help" ? t("Keys") : t("Who looks?"));
    $("who").textContent = who || t("who?");
    $("saved").textContent = t("saved");
  }
  const help = () => $("help").showModal();
  // Ask who looks; heard is told the name when the dialog is left.
  function ask(who, heard) {
    $("who-name").value = who;
    $("who-asked").onclose = () => heard($("who-name").value.trim().slice(0, 100) || who);
    $("who-asked").showModal();
  }
  let quiet = 0;
  // Bad news stay until they have been there for a while: what others do meanwhile does not push them away.
  function say(words, className = "") {
    const toast = $("toast");
    if (!className && toast.textContent && toast.classList.contains("bad")) return;
    toast.textContent = words;
    toast.className = `toast ${className}`;
    clearTimeout(quiet);
    quiet = setTimeout(() => { toast.textContent = ""; }, className ? 9000 : 4000);
  }

  frame();
  return { words, help, ask, say };
};
