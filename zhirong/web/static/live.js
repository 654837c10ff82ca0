// The live half of a page (PAGES 7): fragments as the server sends them, and its clock.
// Everything works without this file, by plain forms and links.
"use strict";
(() => {
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const one = (selector, within = document) => within.querySelector(selector);
  const words = JSON.parse(one("[data-words]")?.dataset.words || "{}");

  // The server's time: what it said last, carried on by this machine's steady clock.
  const told = { ms: Number(one("[data-now]")?.dataset.now || 0), at: performance.now() };
  const now = () => told.ms + performance.now() - told.at;
  const set_clock = (ms) => { told.ms = ms; told.at = performance.now(); };

  const two = (number) => String(number).padStart(2, "0");
  const zone_ms = 8 * 3600 * 1000; // Beijing, UTC+8 without summer time
  const beijing = (ms) => {
    const at = new Date(ms + zone_ms);
    return `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())}`;
  };
  // A time of another day is said with its date.
  const day = (ms) => new Date(ms + zone_ms).toISOString().slice(5, 10);
  const beijing_seen = (ms) => (day(ms) === day(now()) ? beijing(ms) : `${day(ms)} ${beijing(ms)}`);
  const left = (ms) => {
    const seconds = Math.max(0, Math.floor(ms / 1000));
    const days = Math.floor(seconds / 86400), hours = Math.floor(seconds / 3600) % 24;
    const tail = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
    if (days) return `${days} ${words.days || "d"} ${two(hours)}:${tail}`;
    return hours ? `${hours}:${tail}` : tail;
  };

  // Spoken once each: five minutes, one minute, ten seconds, and a close that moved.
  const marks = [[10e3, "ten_seconds"], [60e3, "one_minute"], [300e3, "five_minutes"]];
  const said = new Map();
  const speak = (text) => { const alert = one("[data-alert]"); if (alert && text) alert.textContent = text; };
  const warn = (timer) => {
    const closes = Number(timer.dataset.closes), rest = closes - now();
    const before = said.get("closes");
    if (before && closes > before) {
      said.clear();
      speak((words.extended || "").replace("{at}", beijing_seen(closes)));
    }
    said.set("closes", closes);
    const mark = marks.find(([ms]) => rest > 0 && rest <= ms);
    if (!mark) return;
    const is_first_look = !said.has("looked");
    if (!said.has(mark[1]) && !is_first_look) speak(words[mark[1]]);
    marks.filter(([ms]) => ms >= mark[0]).forEach(([, name]) => said.set(name, true));
  };
  const tick = () => {
    all("[data-now]").forEach((node) => { node.textContent = node.textContent.replace(/\d\d:\d\d:\d\d/, beijing(now())); });
    all("[data-closes]").forEach((timer) => {
      timer.textContent = left(Number(timer.dataset.closes) - now());
      warn(timer);
    });
    // The end of a part of the bidding, of which nothing is spoken.
    all("[data-counts]").forEach((timer) => { timer.textContent = left(Number(timer.dataset.counts) - now()); });
    all("[data-bar]").forEach((bar) => {
      const [closes, span] = bar.dataset.bar.split(" ").map(Number);
      const share = span > 0 ? Math.min(1, Math.max(0, (closes - now()) / span)) : 0;
      one(".is", bar).setAttribute("width", `${(share * 100).toFixed(1)}%`);
    });
    all("[data-until]").forEach((node) => { node.hidden = now() >= Number(node.dataset.until); });
    all("[data-since]").forEach((node) => { node.hidden = now() < Number(node.dataset.since); });
    said.set("looked", true);
  };

  // A table of a log takes in only the rows that are new, so that a reader hears those and not all of them again.
  const merge = (node, html) => {
    const fresh = document.createElement("template");
    fresh.innerHTML = html;
    const body = one("tbody", node), news = one("tbody", fresh.content), chart = one("[data-chart]", node);
    if (!body || !news || !chart !== !one("[data-chart]", fresh.content)) { node.innerHTML = html; return; }
    if (chart) chart.innerHTML = one("[data-chart]", fresh.content).innerHTML;
    const rows = new Map([...body.rows].map((row) => [row.dataset.row, row]));
    const wanted = [...news.rows].map((row) => row.dataset.row);
    rows.forEach((row, key) => { if (!wanted.includes(key)) row.remove(); });
    [...news.rows].forEach((row, place) => {
      const known = rows.get(row.dataset.row);
      if (!known) body.insertBefore(row, body.rows[place] || null);
      else if (known.outerHTML !== row.outerHTML) { known.className = row.className; known.innerHTML = row.innerHTML; }
    });
  };

  // Fragments: <div data-live="name"> is replaced whole, unless the person's focus stands inside it.
  const swap = (fragments) => {
    for (const [name, html] of Object.entries(fragments)) {
      const node = all("[data-live]").find((place) => place.dataset.live === name);
      if (!node || node.contains(document.activeElement) || node.innerHTML.trim() === html) continue;
      if ("rows" in node.dataset) merge(node, html);
      else node.innerHTML = html;
    }
    tick();
    document.dispatchEvent(new Event("swapped")); // what hangs on the fragments looks at them again (room.js)
  };
  const topics = all("[data-topics]").flatMap((node) => node.dataset.topics.split(" "));
  if (topics.length && "EventSource" in window) {
    const query = new URLSearchParams(topics.map((topic) => ["topic", topic]));
    const after = one("[data-number]")?.dataset.number;
    // After a break the line counts as lost until the fragments came anew, for a beat alone brings the old board no news.
    let heard = performance.now(), is_behind = false, stream = null;
    const hear = (event) => { heard = performance.now(); const facts = JSON.parse(event.data); set_clock(facts.now); return facts; };
    const look = () => {
      const is_lost = is_behind || performance.now() - heard > 5000;
      all("[data-lost]").forEach((node) => { if (node.hidden === is_lost) node.hidden = !is_lost; });
    };
    const join = () => {
      stream = new EventSource(`/live/?${query}`);
      stream.addEventListener("beat", hear);
      stream.addEventListener("fragment", (event) => { swap(hear(event).fragments); is_behind = false; look(); });
      stream.addEventListener("error", () => {
        is_behind = true;
        // The browser comes back by itself after a broken line, but not after an answer that refused it.
        if (stream.readyState === EventSource.CLOSED) setTimeout(join, 3000 + Math.random() * 7000);
      });
    };
    if (after) query.set("after", after);
    join();
    query.delete("after");
    setInterval(look, 500);
  }
  document.documentElement.dataset.script = "on";
  tick();
  setInterval(tick, 1000);
})();
