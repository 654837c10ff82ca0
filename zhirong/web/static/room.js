// The bidder's half of the bidding room: step two beside step one, own lines marked, and an amount that
// moved away is never replaced by another one without the bidder choosing it.
"use strict";
(() => {
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const one = (selector, within = document) => within.querySelector(selector);
  const main = one("main[data-own]");
  if (!main) return;
  const own = main.dataset.own, words = JSON.parse(main.dataset.words || "{}");

  const mark = () => all("[data-code]").forEach((cell) => {
    if (!own || cell.dataset.code !== own || cell.parentNode.querySelector(".own")) return;
    const note = document.createElement("small");
    note.className = "own";
    note.textContent = words.you || "";
    cell.after(" ", note);
  });
  const record = one("[data-live=record]");
  if (record) new MutationObserver(mark).observe(record, { childList: true, subtree: true });

  const form = one("form[data-amount]");
  if (!form) return;
  all("[data-scripted]", form).forEach((node) => { node.hidden = false; });
  all("[data-unscripted]", form).forEach((node) => { node.hidden = true; });

  const small = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split(" ");
  const tens = "  twenty thirty forty fifty sixty seventy eighty ninety".split(" ");
  const below_thousand = (number) => {
    const hundreds = Math.floor(number / 100), rest = number % 100;
    const tail = rest < 20 ? small[rest] : tens[Math.floor(rest / 10)] + (rest % 10 ? `-${small[rest % 10]}` : "");
    if (!hundreds) return tail;
    return `${small[hundreds]} hundred${rest ? ` and ${tail}` : ""}`;
  };
  const in_words = (yuan) => {
    const parts = [];
    for (const [size, name] of [[1e12, " trillion"], [1e9, " billion"], [1e6, " million"], [1e3, " thousand"], [1, ""]]) {
      const group = Math.floor(yuan / size) % 1000;
      if (group) parts.push(`${size === 1 && group < 100 && parts.length ? "and " : ""}${below_thousand(group)}${name}`);
    }
    return `${parts.join(" ") || small[0]} yuan only`;
  };

  const picked = () => one("input[name=amount]:checked", form);
  const typed = () => one("[data-own-amount]", form);
  const bind = one("button[formaction]", form), again = one("[data-choose-again]", form);
  let chosen = picked()?.value || "";
  const show = () => {
    const has_amount = Boolean(typed()?.value.trim() || picked());
    if (again) again.hidden = has_amount;
    if (bind) bind.disabled = !has_amount;
    const spelt = one("[data-in-words]", form);
    const figure = one("[data-figure]", form)?.textContent.replaceAll(",", "");
    if (spelt && figure) spelt.textContent = in_words(Number(figure));
  };
  form.addEventListener("input", () => { chosen = picked()?.value || ""; setTimeout(show); });
  const keep = () => {
    const radios = all("input[name=amount]", form), same = radios.find((radio) => radio.value === chosen);
    radios.forEach((radio) => { radio.checked = radio === same; });
    show();
  };
  const choices = one("[data-live=choices]", form);
  if (choices) new MutationObserver(keep).observe(choices, { childList: true });
  show();

  // Confirmed: through the thin door, with the very fields of the form. Whatever is not an acceptance goes once more as
  // the plain form under the same key, which the floor answers as before; so every refusal is told by the page.
  const proof = () => /(?:^|; )(?:__Host-)?csrf=([^;]+)/.exec(document.cookie)?.[1] || "";
  const plainly = () => { form.action = bind.getAttribute("formaction"); form.submit(); };
  form.addEventListener("submit", async (event) => {
    if (event.submitter !== bind) return;
    event.preventDefault();
    if (form.dataset.sent) return;
    form.dataset.sent = "yes";
    const fields = new URLSearchParams(new FormData(form));
    try {
      const answer = await fetch(form.dataset.door, { method: "POST", headers: { "x-csrftoken": proof() }, body: fields });
      if (!answer.ok) { plainly(); return; }
      const { facts } = await answer.json();
      location.replace(`${form.dataset.room}?seen=${facts.seq}#h-bid`);
    } catch { plainly(); }
  });
})();
