// The bidder's half of the bidding room: step two beside step one, own lines marked, the page of the next stage.
// Step two shows an amount only as the server has read it, and the bid carries that amount in fen; an amount that
// moved away is never replaced by another one without the bidder choosing it.
"use strict";
(() => {
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const one = (selector, within = document) => within.querySelector(selector);
  const main = one("main[data-own]");
  if (!main) return;
  const own = main.dataset.own, words = JSON.parse(main.dataset.words || "{}");
  const write = (selector, text, within) => all(selector, within).forEach((node) => {
    if (node.textContent !== text) node.textContent = text;
  });

  const mark = () => all("[data-code]").forEach((cell) => {
    if (!own || cell.dataset.code !== own || cell.parentNode.querySelector(".own")) return;
    const note = document.createElement("small");
    note.className = "own";
    note.textContent = words.you || "";
    cell.after(" ", note);
  });

  // Whoever bid is told that another leads now, in place of the green line; the fragments say who and from what amount on.
  const stand = () => {
    const next = one("[data-least-fen]"), note = one("[data-outbid]"), last = one("[data-last]");
    if (!own || !next || !note) return;
    const { top, least } = next.dataset, is_outbid = Boolean(top) && top !== own;
    write("b", is_outbid ? (words.outbid || "").replace("{code}", top).replace("{least}", least) : "", note);
    note.hidden = !is_outbid;
    ["notice", "go"].forEach((name) => last?.classList.toggle(name, top === own));
  };

  // The amount: what a choice says of itself, or what the server reads where something is typed.
  let form = null, amount = null, why = "", chosen = "", turn = 0, later = 0;
  const picked = () => one("input[name=amount]:checked", form);
  const typed = () => one("[data-own-amount]", form).value.trim();
  const show = () => {
    write("[data-figure]", amount ? amount.figure : "–", form);
    write("[data-capitals]", amount ? amount.caps : "", form);
    write("[data-in-words]", amount ? amount.english : "", form);
    const next = one("[data-least-fen]"), leads = own && next?.dataset.leader === own;
    one("[data-too-low]", form).hidden = !amount || BigInt(amount.fen) >= BigInt(next?.dataset.leastFen || 0);
    write("[data-why]", leads ? words.leads : why, form);
    one("[data-bind]", form).disabled = !amount || Boolean(amount.why) || Boolean(leads);
    const sent = one("input[name=price_fen]", form);
    sent.disabled = !amount;
    sent.value = amount ? amount.fen : "";
    all("[data-unscripted]", form).forEach((node) => { node.hidden = why !== words.unread; });
  };
  const ask = async (text) => {
    const mine = turn;
    let found = null;
    try {
      const answer = await fetch(`${form.dataset.reader}?${new URLSearchParams({ own: text })}`);
      if (answer.ok) found = await answer.json();
    } catch { /* the line is lost: told below */ }
    if (mine !== turn || !form || form.dataset.sent) return;
    amount = found?.fen ? found : null;
    why = found ? found.why || "" : words.unread;
    if (!found) later = setTimeout(() => ask(text), 2000);
    show();
  };
  const read = () => {
    if (!form || form.dataset.sent) return;
    turn += 1;
    read_at = one("[data-least-fen]")?.dataset.leastFen;
    clearTimeout(later);
    const text = typed(), radio = picked();
    amount = null;
    if (!text && radio) amount = { ...radio.dataset, figure: radio.value };
    why = text ? words.reading : radio ? "" : words.choose;
    if (text) later = setTimeout(() => ask(text), 150);
    show();
  };
  // What was typed is read anew at each new price, for that decides what fits.
  let read_at = "";
  // New choices came: the one that was chosen stays chosen if it is still there, and no other is taken for it.
  const keep = () => {
    if (!form || form.dataset.sent) return;
    const radios = all("input[name=amount]", form), same = radios.find((radio) => radio.value === chosen);
    radios.forEach((radio) => { radio.checked = radio === same; });
    const least = one("[data-least-fen]")?.dataset.leastFen;
    if (typed() && least === read_at) show(); else read();
  };
  main.addEventListener("input", (event) => {
    if (!form?.contains(event.target)) return;
    if (event.target.matches("input[type=radio]")) one("[data-own-amount]", form).value = "";
    chosen = picked()?.value || "";
    read();
  });

  // Confirmed: through the thin door, with the very fields of the form. Whatever is not an acceptance goes once more as
  // the plain form under the same key, which the floor answers as before; so every refusal is told by the page.
  const proof = () => /(?:^|; )(?:__Host-)?csrf=([^;]+)/.exec(document.cookie)?.[1] || "";
  const send = async () => {
    if (!amount || amount.why || form.dataset.sent) return;
    const sent = form, fields = new URLSearchParams(new FormData(sent));
    const plainly = () => { sent.action = sent.dataset.bid; sent.submit(); };
    sent.dataset.sent = "yes";
    try {
      const answer = await fetch(sent.dataset.door, { method: "POST", headers: { "x-csrftoken": proof() }, body: fields });
      if (!answer.ok) { plainly(); return; }
      const { facts } = await answer.json();
      location.replace(`${main.dataset.room}?seen=${facts.seq}#answer`);
    } catch { plainly(); }
  };
  main.addEventListener("click", (event) => { if (event.target.closest("[data-bind]")) send(); });
  // Enter in a field leads to step two and no further; only where the line is lost does the plain form go.
  main.addEventListener("submit", (event) => {
    if (event.target !== form || why === words.unread) return;
    event.preventDefault();
    one("[role=group]", form).focus();
  });

  const begin = () => {
    form = one("form[data-amount]");
    turn += 1;
    mark();
    if (!form) return;
    all("[data-scripted]", form).forEach((node) => { node.hidden = false; });
    chosen = picked()?.value || "";
    read();
  };

  // Another stage (the hammer, the priority purchasers' turn) is another page: it takes the place of this one.
  let renewing = 0;
  const renew = async () => {
    let news = null;
    try {
      const answer = await fetch(main.dataset.room);
      if (answer.ok) news = one("main", new DOMParser().parseFromString(await answer.text(), "text/html"));
    } catch { /* tried again below */ }
    renewing = 0;
    if (!news) { renew_in(2000); return; }
    const had_focus = main.contains(document.activeElement), is_new = main.dataset.stage !== news.dataset.stage;
    // Of the same stage only the bidder's section can be new; what was spoken stays.
    const place = "section[aria-labelledby=h-bid]";
    if (is_new) main.innerHTML = news.innerHTML; else one(place, main).replaceWith(one(place, news));
    main.dataset.stage = news.dataset.stage;
    begin();
    const head = one("#h-bid");
    if (had_focus && head) { head.tabIndex = -1; head.focus(); }
    if (is_new) setTimeout(() => write("[data-alert]", one("[data-said]")?.textContent || head?.textContent || ""), 100);
    if (one("[data-again]")) renew_in(2000);
  };
  const renew_in = (ms) => { if (!renewing) renewing = setTimeout(renew, ms); };
  document.addEventListener("swapped", () => {
    mark();
    stand();
    keep();
    const stage = one("[data-live=state] [data-stage]")?.dataset.stage;
    // Bidders at once, the many who only watch within two seconds, so that a hammer brings no crowd.
    if (stage && stage !== main.dataset.stage) renew_in(own ? 1 : Math.random() * 2000);
  });
  begin();
  if (one("[data-again]")) renew_in(2000);
})();
