// What was said and is not saved yet: kept in the browser until the server has it, and sent again with the same ids.
const outbox = (run, { onSaved, onRefused, onState }) => {
  const PREFIX = `baogao-unsent:${run}:`;
  const waiting = []; // steps in the order in which they were made: {name, who, asked}
  let sending = false;
  let away = "";
  let reason = null; // why the server, which answers, could not save

  const keep = (step) => { try { localStorage.setItem(step.name, JSON.stringify(step)); } catch { /* it lives in this window only */ } };
  const drop = (step) => { try { localStorage.removeItem(step.name); } catch { /* nothing was kept */ } };
  function gather() {
    try {
      const names = Object.keys(localStorage).filter((name) => name.startsWith(PREFIX)).sort();
      for (const name of names) {
        if (!waiting.some((step) => step.name === name)) waiting.push(JSON.parse(localStorage.getItem(name)));
      }
    } catch { /* none were kept */ }
  }
  const newId = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const tell = () => onState({ waiting: waiting.reduce((sum, step) => sum + step.asked.length, 0), away, reason });

  function put(who, asked) {
    const number = String(Date.now()).padStart(15, "0");
    const step = { name: `${PREFIX}${number}:${String(waiting.length).padStart(4, "0")}:${newId()}`, who, asked };
    keep(step);
    waiting.push(step);
    tell();
    send();
  }
  // One step after the other: a later one may have been said of what an earlier one made.
  async function send() {
    if (sending) return;
    sending = true;
    while (waiting.length) {
      const step = waiting[0];
      let answer = null;
      let told = null;
      try {
        answer = await fetch("decisions", {
          method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ who: step.who, asked: step.asked }),
        });
        told = answer.status === 403 ? null : await answer.json();
      } catch { answer = null; }
      if (!told || answer.status >= 500) {
        away = answer && answer.status === 403 ? "token" : "away";
        reason = told && told.error ? told : null;
        break;
      }
      away = "";
      reason = null;
      waiting.shift();
      drop(step);
      if (answer.ok) onSaved(step, told, waiting.length);
      else onRefused(step, told, answer.status);
    }
    sending = false;
    tell();
  }
  addEventListener("beforeunload", (event) => { if (waiting.length) event.preventDefault(); });
  return {
    put, newId, gather, tell,
    retry: () => { if (waiting.length) send(); },
    asked: () => waiting.flatMap((step) => step.asked),
    reached: () => { if (away && !waiting.length) { away = ""; tell(); } },
    lost: (how) => { away = how; reason = null; tell(); },
  };
};
